import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Markdown } from './Markdown.js';

let place: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

function drawn(html: string): HTMLElement {
  act(() => root.render(<Markdown html={html} suggestion={text => <b>suggests {text}</b>} />));
  return place.firstElementChild as HTMLElement;
}

describe('what the server has made of a text', () => {
  test('is drawn', () => {
    const html =
      '<p>Why <strong>this</strong>, <span class="jrt-mention">@ana</span>?<br><code>a &lt; b</code></p>';
    const made = drawn(html);
    expect(made.textContent).toBe('Why this, @ana?a < b');
    expect(made.querySelector('strong')?.textContent).toBe('this');
    expect(made.querySelector('.jrt-mention')?.textContent).toBe('@ana');
  });

  test('leads to the web, and nowhere else', () => {
    const made = drawn(
      '<a href="https://example.org" onclick="x()">a</a><a href="javascript:x()">b</a>' +
        '<a href="/lab" data-commandlinker-command="x">c</a><a href=" JavaScript:x()">d</a>',
    );
    const links = [...made.querySelectorAll('a')];
    expect(links.map(link => link.getAttribute('href'))).toEqual([
      'https://example.org',
      ...[null, null, null],
    ]);
    expect(links[0]?.rel).toContain('noopener');
    expect(links.flatMap(link => link.getAttributeNames())).not.toContain('onclick');
    expect(links.flatMap(link => link.getAttributeNames())).not.toContain(
      'data-commandlinker-command',
    );
  });

  test.each([
    '<script>window.ran = true</script>',
    '<img src=x onerror="window.ran = true">',
    '<svg onload="window.ran = true"><script>window.ran = true</script></svg>',
    '<iframe srcdoc="<script>parent.ran = true</script>"></iframe>',
    '<p style="background: url(javascript:window.ran = true)" onclick="window.ran = true">p</p>',
    '<style>@import "javascript:window.ran = true"</style>',
    '<math><mi xlink:href="javascript:window.ran = true">m</mi></math>',
    '<form action="javascript:window.ran = true"><button>b</button></form>',
  ])('runs and loads nothing: %s', html => {
    const made = drawn(html);
    for (const element of made.querySelectorAll('*')) {
      expect(element.tagName).toMatch(/^(P|SPAN)$/);
      expect(element.getAttributeNames()).toEqual([]);
    }
    expect('ran' in window).toBe(false);
  });

  test('has suggestions, which are drawn by whoever shows it', () => {
    const made = drawn('<pre><code class="language-suggestion">x = 2\n</code></pre>');
    expect(made.querySelector('b')?.textContent).toBe('suggests x = 2\n');
    expect(
      drawn('<pre><code class="language-python">x</code></pre>').querySelector('b'),
    ).toBeNull();
  });
});
