/**
 * The card beside the code: a thread, or where one is begun.
 *
 * It hangs from its code, follows it when that scrolls, and stays within the document. It is over everything
 * and moves nothing.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { CommentHands } from '../core/comment-hands.js';
import type { Connection } from '../core/connection.js';
import type { DocumentRef } from '../core/document-paths.js';
import type { Place, Threads } from '../core/threads.js';
import { Connected } from '../ui/Connected.js';
import { useElementId, useLatest, useStore } from '../ui/hooks.js';
import { Icon } from '../ui/icons.js';
import { Later } from '../ui/Later.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';

/** Where a card hangs: from what, and within what; null: it isn't to be seen now. */
export interface Anchorage {
  (): { at: DOMRect; within: DOMRect } | null;
  /** What it is within: the card goes along when that is made wider or narrower. */
  element: HTMLElement;
}

export type Shown =
  | {
      kind: 'threads';
      document: DocumentRef;
      ids: readonly string[];
      where: Anchorage;
      focus: boolean;
    }
  | {
      kind: 'new';
      document: DocumentRef;
      place: Place;
      quote: string;
      where: Anchorage;
      issue: string | null;
    };

export interface CardParts {
  connection: Connection;
  threads: Threads;
  hands: CommentHands;
  /** Where the focus goes when the card closes. */
  focusDocument: (document: string) => void;
  /** A thread was begun, or answered to: it is the chosen one. */
  onChosen: (thread: string | null) => void;
}

const GAP = 8;
/** Beside the code where there is so much room; else below it. */
const ROOMY = 760;

export class CommentCard extends ReactWidget {
  readonly shown: StoreApi<{ now: Shown | null }> = createStore(() => ({
    now: null as Shown | null,
  }));

  constructor(
    private readonly parts: CardParts,
    private readonly trans: Strings,
  ) {
    super();
    this.addClass('jp-ThemedContainer');
    this.addClass('jrt-card-host');
  }

  /** Show something in place of whatever was shown. */
  reveal(shown: Shown): void {
    this.shown.setState({ now: shown });
    this.parts.onChosen(shown.kind === 'threads' ? (shown.ids[0] ?? null) : null);
  }

  dismiss(): void {
    const { now } = this.shown.getState();
    if (now !== null) {
      const hadFocus = this.node.contains(document.activeElement);
      this.shown.setState({ now: null });
      this.parts.onChosen(null);
      if (hadFocus) {
        this.parts.focusDocument(now.document.id);
      }
    }
  }

  protected override render() {
    return (
      <StringsProvider value={this.trans}>
        <Card parts={this.parts} shown={this.shown} card={this} />
      </StringsProvider>
    );
  }
}

/** Loaded with the first card: not everybody comments. */
const loadContent = async () =>
  (await import(/* webpackChunkName: "later-comments" */ './comment-content.js')).CardContent;

interface Props {
  parts: CardParts;
  shown: StoreApi<{ now: Shown | null }>;
  card: CommentCard;
}

function Card({ parts, shown, card }: Props) {
  const trans = useStrings();
  const { now } = useStore(shown);
  const state = useStore(parts.connection.store);
  useStore(parts.threads.store);
  const place = useRef<HTMLElement>(null);
  const titleId = useElementId();
  usePlacing(place, now);
  useEffect(() => {
    if (now?.kind === 'threads' && now.focus) {
      place.current?.focus({ preventScroll: true });
    }
  }, [now]);
  if (now === null) {
    return null;
  }
  const { threads } = parts;
  const found = now.kind === 'threads' ? now.ids.flatMap(id => threads.get(id) ?? []) : [];
  const title =
    now.kind === 'new'
      ? trans.__('New comment')
      : trans._n('%1 thread here', '%1 threads here', found.length);
  const close = () => card.dismiss();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  };
  return (
    <Connected state={state}>
      <section
        ref={place}
        className="jrt-root jrt-card"
        data-jrt-card={now.kind}
        tabIndex={-1}
        aria-labelledby={titleId}
        onKeyDown={onKeyDown}
      >
        <header className="jrt-card-head">
          <span id={titleId} className="jrt-card-title">
            <span className={found.length === 1 ? 'jrt-hidden' : undefined}>{title}</span>
          </span>
          <button
            type="button"
            className="jrt-icon-button"
            aria-label={trans.__('Close')}
            title={trans.__('Close (Escape)')}
            onClick={close}
          >
            <Icon name="close" />
          </button>
        </header>
        <div className="jrt-card-body">
          <Later load={loadContent} props={{ parts, shown: now, found, card }} />
        </div>
      </section>
    </Connected>
  );
}

/** Keep a card at its place, whatever scrolls or grows. */
function usePlacing(place: { current: HTMLElement | null }, now: Shown | null): void {
  const latest = useLatest(now);
  useLayoutEffect(() => {
    const card = place.current;
    if (now === null || !card) {
      return undefined;
    }
    let frame = 0;
    const put = () => {
      frame = 0;
      const found = latest.current?.where() ?? null;
      card.hidden = found === null;
      if (found) {
        const { x, y } = positionOf(found, card.offsetWidth, card.offsetHeight);
        card.style.insetInlineStart = `${x}px`;
        card.style.insetBlockStart = `${y}px`;
      }
    };
    const soon = () => {
      frame ||= requestAnimationFrame(put);
    };
    const onScroll = (event: Event) => {
      if (!card.contains(event.target as Node)) {
        soon();
      }
    };
    const observer = new ResizeObserver(soon);
    observer.observe(card);
    observer.observe(now.where.element);
    window.addEventListener('scroll', onScroll, { capture: true, passive: true });
    window.addEventListener('resize', soon);
    // Whatever a click has shown or hidden.
    document.addEventListener('click', soon, true);
    document.addEventListener('keyup', soon, true);
    put();
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      window.removeEventListener('scroll', onScroll, { capture: true });
      window.removeEventListener('resize', soon);
      document.removeEventListener('click', soon, true);
      document.removeEventListener('keyup', soon, true);
    };
  }, [place, now, latest]);
}

/** At the right of the code's line where there is room; else below it. Never out of sight. */
export function positionOf(
  { at, within }: { at: DOMRect; within: DOMRect },
  width: number,
  height: number,
): { x: number; y: number } {
  const bottom = Math.min(within.bottom, window.innerHeight) - GAP;
  const clamp = (value: number, low: number, high: number) =>
    Math.max(low, Math.min(value, Math.max(low, high)));
  const isBeside = within.width >= ROOMY;
  const x = isBeside
    ? within.right - width - 3 * GAP
    : clamp(at.left, within.left + GAP, within.right - width - GAP);
  const y = isBeside ? at.top : at.bottom + GAP / 2;
  return {
    x: clamp(x, GAP, window.innerWidth - width - GAP),
    y: clamp(y, within.top + GAP, bottom - height),
  };
}
