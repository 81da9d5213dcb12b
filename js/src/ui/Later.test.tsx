// @vitest-environment jsdom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Later } from './Later.js';

describe('a view that is loaded when it is shown', () => {
  let place: HTMLElement;
  let root: Root;
  const Greeting = ({ name }: { name: string }) => <p>Hello {name}</p>;

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    place = document.createElement('div');
    root = createRoot(place);
  });

  afterEach(() => {
    act(() => root.unmount());
    vi.unstubAllGlobals();
  });

  it('says that it is loading, and then shows it', async () => {
    const load = vi.fn(async () => Greeting);
    act(() => root.render(<Later load={load} props={{ name: 'Ana' }} />));
    expect(place.textContent).toBe('Loading…');
    await act(async () => {});
    expect(place.textContent).toBe('Hello Ana');
    await act(async () => root.render(<Later load={load} props={{ name: 'Ben' }} />));
    expect(place.textContent).toBe('Hello Ben');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('says that it could not be loaded, and tries again', async () => {
    const load = vi
      .fn<() => Promise<typeof Greeting>>()
      .mockRejectedValueOnce(new Error('no server'))
      .mockResolvedValue(Greeting);
    await act(async () => root.render(<Later load={load} props={{ name: 'Ana' }} />));
    expect(place.textContent).toContain('could not be loaded');
    await act(async () => place.querySelector('button')?.click());
    expect(place.textContent).toBe('Hello Ana');
  });
});
