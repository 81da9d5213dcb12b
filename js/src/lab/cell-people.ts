/**
 * Who is at which cell of an open notebook, as small marks on the cell's upper edge.
 *
 * They take no room and no clicks, so that no button moves or is covered for the pointer.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';

import type { Present } from '../core/present.js';

const MOST = 3;
const CLASS = 'jrt-cell-people';

export class CellPeople {
  private shown = new Map<string, string>();

  constructor(
    private readonly panel: NotebookPanel,
    private readonly words: (people: readonly Present[]) => string,
  ) {}

  /** Those who are in this notebook, without oneself. */
  show(people: readonly Present[]): void {
    const byCell = new Map<string, Present[]>();
    for (const person of people) {
      if (person.cell !== null) {
        byCell.set(person.cell, [...(byCell.get(person.cell) ?? []), person]);
      }
    }
    const now = new Map([...byCell].map(([cell, all]) => [cell, keyOf(all)]));
    const changed = [...new Set([...this.shown.keys(), ...now.keys()])].filter(
      cell => this.shown.get(cell) !== now.get(cell),
    );
    if (changed.length === 0) {
      return;
    }
    const nodes = new Map(this.panel.content.widgets.map(it => [it.model.id, it.node]));
    for (const cell of changed) {
      const node = nodes.get(cell);
      if (node) {
        this.mark(node, byCell.get(cell) ?? []);
      }
    }
    // A cell that is not there yet is tried again with the next word.
    this.shown = new Map([...now].filter(([cell]) => nodes.has(cell)));
  }

  private mark(node: HTMLElement, people: readonly Present[]): void {
    node.querySelector(`:scope > .${CLASS}`)?.remove();
    if (people.length === 0) {
      return;
    }
    const marks = document.createElement('div');
    marks.className = CLASS;
    marks.setAttribute('role', 'img');
    marks.setAttribute('aria-label', this.words(people));
    marks.append(...people.slice(0, MOST).map(chip));
    if (people.length > MOST) {
      const more = document.createElement('span');
      more.className = 'jrt-cell-more';
      more.textContent = `+${people.length - MOST}`;
      marks.append(more);
    }
    node.append(marks);
  }
}

function chip({ user, status, running }: Present): HTMLElement {
  const chip = document.createElement('span');
  chip.className = 'jrt-cell-person';
  chip.dataset.jrtPerson = user.name;
  chip.dataset.jrtStatus = status;
  chip.dataset.jrtRunning = String(running !== null);
  chip.style.setProperty('--jrt-person', user.color);
  chip.textContent = user.initials;
  return chip;
}

const keyOf = (people: readonly Present[]): string =>
  people
    .map(
      ({ user, status, running }) => `${user.name} ${user.initials} ${status} ${running !== null}`,
    )
    .join('\n');
