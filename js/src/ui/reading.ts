/**
 * When a notification counts as read: it was in sight for a second, in a tab that has the focus.
 *
 * What somebody has marked unread by hand, or by undoing, stays so while it is in sight.
 */

import { useCallback, useEffect, useMemo } from 'react';

import type { Notification } from '../core/notifications.js';
import { useLatest } from './hooks.js';

const IN_SIGHT_MILLISECONDS = 1000;
/** How much of a row must be in sight. */
const SHARE = 0.6;

interface Sight {
  since: number | null;
  element: HTMLElement;
}

export class Reading {
  private readonly inSight = new Map<string, Sight>();
  private observer: IntersectionObserver | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly before = new Map<string, { seq: number; read: boolean }>();
  private readonly leftAlone = new Set<string>();

  constructor(private readonly onRead: (ids: string[]) => void) {}

  start(): () => void {
    const again = () => this.focusChanged();
    window.addEventListener('focus', again);
    window.addEventListener('blur', again);
    document.addEventListener('visibilitychange', again);
    return () => {
      clearTimeout(this.timer);
      this.observer?.disconnect();
      this.observer = null;
      this.inSight.clear();
      window.removeEventListener('focus', again);
      window.removeEventListener('blur', again);
      document.removeEventListener('visibilitychange', again);
    };
  }

  /** Watch a row while it is in the page. */
  watch(element: HTMLElement): () => void {
    if (typeof IntersectionObserver !== 'function') {
      return () => {};
    }
    this.observer ??= new IntersectionObserver(entries => this.seen(entries), { threshold: SHARE });
    this.observer.observe(element);
    return () => {
      this.observer?.unobserve(element);
      this.gone(element);
    };
  }

  /** Notice what was marked unread again. */
  know(items: readonly Notification[]): void {
    for (const { id, seq, read } of items) {
      const before = this.before.get(id);
      if (before?.seq === seq && before.read === read) {
        continue;
      }
      this.before.set(id, { seq, read });
      if (before?.seq === seq && !read) {
        this.leftAlone.add(id);
      } else {
        this.leftAlone.delete(id);
        this.lookAnew(id);
      }
    }
    this.plan();
  }

  /** Something has happened in a row that is in sight. */
  private lookAnew(id: string): void {
    const sight = this.inSight.get(id);
    if (sight) {
      sight.since = hasFocus() ? Date.now() : null;
    }
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting, intersectionRatio } of entries) {
      const element = target as HTMLElement;
      const id = element.dataset.jrtNotification ?? '';
      if (!isIntersecting || intersectionRatio < SHARE) {
        this.gone(element);
      } else if (!this.inSight.has(id)) {
        this.inSight.set(id, { since: hasFocus() ? Date.now() : null, element });
      }
    }
    this.plan();
  }

  private gone(element: HTMLElement): void {
    for (const [id, sight] of this.inSight) {
      if (sight.element === element) {
        this.inSight.delete(id);
      }
    }
  }

  private focusChanged(): void {
    const since = hasFocus() ? Date.now() : null;
    for (const sight of this.inSight.values()) {
      sight.since = since === null ? null : (sight.since ?? since);
    }
    this.plan();
  }

  private plan(): void {
    clearTimeout(this.timer);
    const begun = [...this.inSight.entries()].flatMap(([id, { since }]) =>
      since === null || !this.isWanted(id) ? [] : [since],
    );
    if (begun.length > 0) {
      const due = Math.min(...begun) + IN_SIGHT_MILLISECONDS;
      this.timer = setTimeout(() => this.look(), Math.max(0, due - Date.now()));
    }
  }

  private look(): void {
    const until = Date.now() - IN_SIGHT_MILLISECONDS;
    const read = [...this.inSight.entries()].flatMap(([id, { since }]) =>
      since !== null && since <= until && this.isWanted(id) ? [id] : [],
    );
    for (const id of read) {
      // Whether it can be told or not: it is not told of again and again.
      const sight = this.inSight.get(id);
      if (sight) {
        sight.since = null;
      }
    }
    if (read.length > 0) {
      this.onRead(read);
    }
    this.plan();
  }

  private isWanted(id: string): boolean {
    return !this.leftAlone.has(id) && this.before.get(id)?.read === false;
  }
}

const hasFocus = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** Gives how to watch a row while it is in the page; `onRead` is told of what was read. */
export function useReading(
  items: readonly Notification[],
  onRead: (ids: string[]) => void,
): (element: HTMLElement) => () => void {
  const latest = useLatest(onRead);
  const reading = useMemo(() => new Reading(ids => latest.current(ids)), [latest]);
  useEffect(() => reading.start(), [reading]);
  useEffect(() => reading.know(items), [reading, items]);
  return useCallback(element => reading.watch(element), [reading]);
}
