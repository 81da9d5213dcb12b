import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Reading } from './reading.js';
import { makeNotification } from './testing.js';

/** What the browser says of a row's place. */
let observed: (element: HTMLElement, ratio: number) => void;
const tell = (element: HTMLElement, ratio: number) => observed(element, ratio);
let hasFocus: boolean;
let reading: Reading;
let stop: () => void;
const read = vi.fn();

class Observer {
  constructor(seen: (entries: unknown[]) => void) {
    observed = (target, intersectionRatio) =>
      seen([{ target, intersectionRatio, isIntersecting: intersectionRatio > 0 }]);
  }
  observe() {}
  unobserve() {}
  disconnect() {}
}

function row(id: string): HTMLElement {
  const element = document.createElement('article');
  element.dataset.jrtNotification = id;
  reading.watch(element);
  return element;
}

function focus(has: boolean): void {
  hasFocus = has;
  window.dispatchEvent(new Event(has ? 'focus' : 'blur'));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('IntersectionObserver', Observer);
  hasFocus = true;
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible');
  vi.spyOn(document, 'hasFocus').mockImplementation(() => hasFocus);
  read.mockClear();
  reading = new Reading(read);
  stop = reading.start();
  reading.know([makeNotification({ id: 'a' }), makeNotification({ id: 'b' })]);
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const wait = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

describe('a notification is read', () => {
  test('V10: when it was in sight for a second', () => {
    tell(row('a'), 1);
    wait(999);
    expect(read).not.toHaveBeenCalled();
    wait(1);
    expect(read.mock.calls).toEqual([[['a']]]);
    wait(10_000);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('V10: not when it only passed by, or hardly shows', () => {
    const element = row('a');
    tell(element, 1);
    wait(900);
    tell(element, 0);
    tell(row('b'), 0.3);
    wait(5000);
    expect(read).not.toHaveBeenCalled();
  });

  test('V10: only in a tab that has the focus, and not for the time before', () => {
    tell(row('a'), 1);
    wait(900);
    focus(false);
    wait(5000);
    expect(read).not.toHaveBeenCalled();
    focus(true);
    wait(900);
    expect(read).not.toHaveBeenCalled();
    wait(100);
    expect(read.mock.calls).toEqual([[['a']]]);
  });

  test('V10: not when somebody has marked it unread, until something else happens in it', () => {
    tell(row('a'), 1);
    wait(1000);
    reading.know([makeNotification({ id: 'a', read: true })]);
    reading.know([makeNotification({ id: 'a' })]);
    wait(5000);
    expect(read).toHaveBeenCalledTimes(1);
    reading.know([makeNotification({ id: 'a', seq: 2 })]);
    wait(1000);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('not when it was read before', () => {
    reading.know([makeNotification({ id: 'a', read: true })]);
    tell(row('a'), 1);
    wait(5000);
    expect(read).not.toHaveBeenCalled();
  });
});
