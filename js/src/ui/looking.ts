/** When something counts as read: it was in sight for a second, in a tab that has the focus. */

import { type RefObject, useEffect } from 'react';

import { useLatest } from './hooks.js';

const IN_SIGHT_MS = 1000;
/** How much of it, or of the window, must be in sight. */
const SHARE = 0.4;

/** Tell once `element` was looked at; again for each `key`, none of them: there is nothing to be read. */
export function useLooking(
  element: RefObject<HTMLElement | null>,
  key: string | null,
  onLooked: () => void,
): void {
  const latest = useLatest(onLooked);
  useEffect(() => {
    const target = element.current;
    if (key === null || !target || typeof IntersectionObserver !== 'function') {
      return undefined;
    }
    let isInSight = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (isInSight && document.hasFocus() && document.visibilityState === 'visible') {
        timer = setTimeout(() => latest.current(), IN_SIGHT_MS);
      }
    };
    const observer = new IntersectionObserver(
      entries => {
        const entry = entries.at(-1);
        const seen = entry?.intersectionRect.height ?? 0;
        isInSight =
          (entry?.isIntersecting ?? false) &&
          ((entry?.intersectionRatio ?? 0) >= SHARE || seen >= window.innerHeight * SHARE);
        look();
      },
      { threshold: [0, SHARE, 1] },
    );
    observer.observe(target);
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [element, key, latest]);
}
