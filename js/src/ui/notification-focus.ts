/** Where the focus goes among notifications, so that whoever works by keys never loses it. */

const ROW = '[data-jrt-notification]';

export function focusRow(id: string): void {
  document.querySelector<HTMLElement>(`[data-jrt-notification="${CSS.escape(id)}"]`)?.focus();
}

/** Rows are about to go: the one with the focus hands it to its neighbour, the last one to what is above. */
export function focusBeside(ids: readonly string[]): void {
  const row = document.activeElement?.closest<HTMLElement>(ROW);
  const center = row?.closest('[data-jrt-notifications]');
  if (!row || !center || !ids.includes(row.dataset.jrtNotification ?? '')) {
    return;
  }
  const all = Array.from(center.querySelectorAll<HTMLElement>(ROW));
  const at = all.indexOf(row);
  const stays = (one: HTMLElement) => !ids.includes(one.dataset.jrtNotification ?? '');
  const beside = all.slice(at).find(stays) ?? all.slice(0, at).reverse().find(stays);
  (beside ?? center.querySelector<HTMLElement>('[role=radio][tabindex="0"]'))?.focus();
}
