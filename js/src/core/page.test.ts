import { afterEach, describe, expect, test } from 'vitest';

import { pageAnalyses, pageConnection, pagePush, prefixFromPage } from './page.js';
import { analysis, issue } from './testing.js';

const KEY = Symbol.for('jupyter_realtime/1');

function pageWith(config: string | null): Document {
  const page = document.implementation.createHTMLDocument();
  if (config !== null) {
    const script = page.createElement('script');
    script.id = 'jupyter-config-data';
    script.type = 'application/json';
    script.textContent = config;
    page.head.append(script);
  }
  const base = page.createElement('base');
  base.href = 'https://hub.example/user/ada/lab';
  page.head.append(base);
  return page;
}

describe('the prefix', () => {
  test.each([
    ['{"baseUrl": "/user/ada/"}', 'https://hub.example/user/ada/realtime/'],
    ['{"baseUrl": "https://other.example/x/"}', 'https://other.example/x/realtime/'],
    ['{}', 'https://hub.example/realtime/'],
    ['no JSON', null],
    [null, null],
  ])('of a page with the configuration %s is %s', (config, prefix) => {
    expect(prefixFromPage(pageWith(config))).toBe(prefix);
  });
});

describe('the connection of a page', () => {
  afterEach(() => {
    pageConnection({ prefix: '/realtime/' }).close();
    Reflect.deleteProperty(globalThis, KEY);
  });

  test('is one, and so is its picture of the analyses, and of pushes', async () => {
    const answers = { '/api/v1/analyses': analysis('r') };
    const asked: string[] = [];
    const fetched = async (address: string | URL | Request) => {
      asked.push(String(address));
      return Response.json(answers['/api/v1/analyses']);
    };
    const options = { prefix: '/user/ada/realtime/', fetch: fetched as typeof fetch };
    const connection = pageConnection(options);
    expect(pageConnection({ prefix: '/other/realtime/' })).toBe(connection);
    const analyses = pageAnalyses(connection);
    expect(pageAnalyses(pageConnection(options))).toBe(analyses);
    expect(connection.prefix).toBe(`${location.origin}/user/ada/realtime/`);
    expect(pagePush(pageConnection(options))).toBe(pagePush(connection));

    await analyses.start({ paths: ['.'] });
    expect(asked).toContain(`${location.origin}/user/ada/realtime/api/v1/analyses`);
    const page = (globalThis as unknown as { [KEY]: { issueIds(run: string): string[] } })[KEY];
    expect(page.issueIds('r')).toEqual([]);
    analyses.store.setState({
      runs: {
        r: {
          analysis: analysis('r'),
          issues: [issue('i')],
          complete: true,
          stale: false,
          error: null,
        },
      },
    });
    expect(page.issueIds('r')).toEqual(['i']);
  });
});
