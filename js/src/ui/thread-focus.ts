/** Where the focus goes among threads. */

const SELECTOR = (id: string): string => `[data-jrt-row="${CSS.escape(id)}"]`;

export function focusThread(scope: HTMLElement | null, id: string): boolean {
  const row = scope?.querySelector<HTMLElement>(SELECTOR(id));
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'nearest' });
  return row != null;
}

/** To the field for an answer, as soon as the card is there. */
export function focusReply(scope: HTMLElement | null, id: string): void {
  requestAnimationFrame(() =>
    scope
      ?.querySelector<HTMLElement>(`${SELECTOR(id)} [data-jrt-draft^="reply:"] textarea`)
      ?.focus({ preventScroll: true }),
  );
}
