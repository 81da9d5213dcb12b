import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Rest, RestError, Unreachable } from './rest.js';

const PREFIX = 'https://hub.example/user/ada/realtime/';

function answering(status: number, body: string) {
  return vi.fn<typeof fetch>(async () => new Response(body, { status }));
}

function sent(fetched: ReturnType<typeof answering>) {
  const [address, init] = fetched.mock.calls[0] ?? [];
  return { address, ...(init as RequestInit & { headers: Record<string, string> }) };
}

describe('a request', () => {
  beforeEach(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: what Jupyter's own pages read it from.
    document.cookie = '_xsrf=2%7Cabc';
  });
  afterEach(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: see above.
    document.cookie = '_xsrf=; max-age=0';
  });

  test('carries the cookies, the XSRF token and the body', async () => {
    const fetched = answering(201, '{"id": "r"}');
    const answer = await new Rest({ prefix: PREFIX, fetch: fetched }).post('analyses', {
      paths: [],
    });
    expect(answer).toEqual({ id: 'r' });
    expect(sent(fetched)).toMatchObject({
      address: `${PREFIX}api/v1/analyses`,
      method: 'POST',
      credentials: 'same-origin',
      body: '{"paths":[]}',
    });
    expect(sent(fetched).headers).toEqual({
      'Content-Type': 'application/json',
      'X-XSRFToken': '2|abc',
    });
  });

  test('carries the token where the page has one', async () => {
    const fetched = answering(200, '{}');
    await new Rest({ prefix: PREFIX, fetch: fetched, token: () => 'secret' }).get('me');
    expect(sent(fetched).headers.Authorization).toBe('token secret');
  });

  test('says with which method', async () => {
    const fetched = answering(202, '{}');
    const rest = new Rest({ prefix: PREFIX, fetch: fetched });
    await rest.delete('analyses/r');
    await rest.put('documents', {});
    await rest.patch('preferences', {});
    const methods = fetched.mock.calls.map(([, init]) => init?.method);
    expect(methods).toEqual(['DELETE', 'PUT', 'PATCH']);
  });

  test('may be answered by nothing', async () => {
    const fetched = vi.fn<typeof fetch>(async () => new Response(null, { status: 204 }));
    expect(await new Rest({ prefix: PREFIX, fetch: fetched }).delete('x')).toBeUndefined();
  });
});

describe('an error', () => {
  async function errorOf(status: number, body: string): Promise<RestError> {
    const rest = new Rest({ prefix: PREFIX, fetch: answering(status, body) });
    return rest.get('me').then(
      () => expect.fail('It was answered.'),
      error => error as RestError,
    );
  }

  test('says what the server said', async () => {
    const body = { code: 'rate_limited', message: 'Wait.', retryable: true, retry_after: 2 };
    const error = await errorOf(429, JSON.stringify(body));
    expect(error).toBeInstanceOf(RestError);
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limited',
      message: 'Wait.',
      retryable: true,
      retryAfter: 2,
    });
  });

  test("of a proxy, with a page of its own, is told by the proxy's status", async () => {
    expect(await errorOf(502, '<h1>Bad gateway</h1>')).toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    expect(await errorOf(404, '{"message": "Not Found"}')).toMatchObject({
      code: 'bad_request',
      message: 'The server answered 404.',
      retryable: false,
    });
  });

  test('of a request that never got there is told in one way, whatever the browser calls it', async () => {
    for (const words of ['Failed to fetch', 'Load failed']) {
      const fetched = vi.fn<typeof fetch>(() => Promise.reject(new TypeError(words)));
      const asked = new Rest({ prefix: PREFIX, fetch: fetched }).get('me');
      await expect(asked).rejects.toThrow(Unreachable);
      await expect(asked).rejects.toThrow('The server can’t be reached.');
    }
  });

  test('of a request that was given up is that', async () => {
    const given = AbortSignal.abort(new Error('given up'));
    const fetched = vi.fn<typeof fetch>((_, init) => Promise.reject(init?.signal?.reason));
    const asked = new Rest({ prefix: PREFIX, fetch: fetched }).get('me', given);
    await expect(asked).rejects.toThrow('given up');
  });
});
