/** Bridges between stores and views. */

import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { StoreApi } from 'zustand/vanilla';

/** Show a store, and again after each change. */
export function useStore<State>(store: StoreApi<State>): State {
  return useSyncExternalStore(store.subscribe, store.getState);
}

/** A function that is always the same to others, and always the latest inside. */
export function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

let lastId = 0;

/** An id for the attributes that point at elements; `useId` of the two Reacts differ in form. */
export function useElementId(): string {
  return useMemo(() => `jrt-${++lastId}`, []);
}

/** Follow something while the view is shown; `follow` gives back how to stop. */
export function useFollow(follow: (() => () => void) | null, key: string | null): void {
  const latest = useLatest(follow);
  useEffect(() => {
    if (key === null || latest.current === null) {
      return undefined;
    }
    return latest.current();
  }, [key, latest]);
}
