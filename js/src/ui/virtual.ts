/** What a virtual list needs besides the virtualizer: focus on rows, and its place in what scrolls. */

import {
  defaultRangeExtractor,
  measureElement,
  type Range,
  type Virtualizer,
} from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from 'react';

import { useLatest } from './hooks.js';

/**
 * How high a row is, as its observer saw it; until then, as it was before or as estimated.
 *
 * To ask the row itself, while others are being drawn, would lay out the page in the midst of it.
 * What is not shown has no height, and keeps the one that it had.
 */
export function seenHeight<Scroller extends Element>(
  row: HTMLElement,
  entry: ResizeObserverEntry | undefined,
  virtualizer: Virtualizer<Scroller, HTMLElement>,
): number {
  const height = entry ? measureElement(row, entry, virtualizer) : 0;
  const index = virtualizer.indexFromElement(row);
  return (
    height ||
    (virtualizer.measurementsCache[index]?.size ?? virtualizer.options.estimateSize(index))
  );
}

/** Which rows to draw: those in sight, and one more, wherever it is. */
export function useWithRow(index: number | undefined): (range: Range) => number[] {
  return useCallback(
    range => {
      const shown = defaultRangeExtractor(range);
      return index === undefined || shown.includes(index)
        ? shown
        : [...shown, index].sort((a, b) => a - b);
    },
    [index],
  );
}

const TRIES = 5;

/**
 * Give the focus to a row, scrolling to it where it is not drawn; at once where it is, since the next key
 * may be on its way. Rows bear their id in `attribute`.
 */
export function useFocusRow(
  scroller: RefObject<HTMLElement | null>,
  attribute: string,
  indexOf: ReadonlyMap<string, number>,
  scrollTo: (index: number) => void,
): (id: string) => void {
  const latest = useLatest({ indexOf, scrollTo });
  return useCallback(
    id => {
      const give = (tries: number) => {
        const row = scroller.current?.querySelector<HTMLElement>(
          `[${attribute}="${CSS.escape(id)}"]`,
        );
        if (row) {
          row.focus({ preventScroll: true });
          row.scrollIntoView({ block: 'nearest' });
        } else if (tries > 0) {
          latest.current.scrollTo(latest.current.indexOf.get(id) ?? 0);
          requestAnimationFrame(() => give(tries - 1));
        }
      };
      give(TRIES);
    },
    [scroller, attribute, latest],
  );
}

/**
 * Give the focus to an issue as soon as it is drawn, or to the first of the others that is, and bring it
 * into view. The virtualizer's own scrolling takes its list for the last thing in what scrolls.
 */
export function useFocusOf(
  list: RefObject<HTMLElement | null>,
): (id: string, ...others: (string | null)[]) => void {
  const [wanted, setWanted] = useState<readonly (string | null)[] | null>(null);
  useEffect(() => {
    if (wanted !== null) {
      const drawn = Array.from(
        list.current?.querySelectorAll<HTMLElement>('[data-jrt-issue]') ?? [],
      );
      const [issue] = wanted.flatMap(id => drawn.find(it => it.dataset.jrtIssue === id) ?? []);
      issue?.focus({ preventScroll: true });
      issue?.scrollIntoView({ block: 'nearest' });
      // Its neighbours are drawn and measured only now, which may move it.
      requestAnimationFrame(() => issue?.scrollIntoView({ block: 'nearest' }));
      setWanted(null);
    }
  }, [wanted, list]);
  return useCallback((...ids) => setWanted(ids), []);
}

/** How far a list is below the beginning of what scrolls; it changes with what is above it. */
export function useOffset(
  list: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null> | undefined,
): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const outer = scroller?.current;
    const content = outer?.firstElementChild;
    if (!outer || !content) {
      return undefined;
    }
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      setOffset(Math.round(top - outer.getBoundingClientRect().top + outer.scrollTop));
    };
    // It is called at once, too, when the page has been laid out.
    const observer = new ResizeObserver(measure);
    observer.observe(content);
    return () => observer.disconnect();
  }, [list, scroller]);
  return offset;
}
