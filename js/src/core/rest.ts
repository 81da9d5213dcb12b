/** The server's REST, with one shape for every error. */

import type { ErrorBody } from './protocol.js';

export class RestError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfter: number | null;

  constructor(
    readonly status: number,
    body: ErrorBody,
  ) {
    super(body.message);
    this.name = 'RestError';
    this.code = body.code;
    this.retryable = body.retryable;
    this.retryAfter = body.retry_after;
  }
}

/** A request that never got there, or whose answer never came: nobody knows whether it was done. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server can’t be reached.', { cause });
    this.name = 'Unreachable';
  }
}

export function errorBody({ code, message, retryable, retryAfter }: RestError): ErrorBody {
  return { code, message, retryable, retry_after: retryAfter };
}

export interface RestOptions {
  /** The absolute address of `{base_url}realtime/`. */
  prefix: string;
  token?: () => string | null;
  fetch?: typeof fetch;
}

export class Rest {
  private readonly options: RestOptions;

  constructor(options: RestOptions) {
    this.options = options;
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.call('GET', path, undefined, signal);
  }

  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.call('POST', path, body, signal);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.call('PUT', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.call('PATCH', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.call('DELETE', path);
  }

  private async call<T>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    const init: RequestInit = {
      method,
      headers: this.headers(body !== undefined),
      credentials: 'same-origin',
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    const [response, text] = await this.answer(`${this.options.prefix}api/v1/${path}`, init);
    if (!response.ok) {
      throw new RestError(response.status, errorOf(response.status, text));
    }
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private async answer(address: string, init: RequestInit): Promise<[Response, string]> {
    const ask = this.options.fetch ?? fetch.bind(globalThis);
    try {
      const response = await ask(address, init);
      return [response, await response.text()];
    } catch (error) {
      // Browsers have words of their own for this, each others: "Failed to fetch", "Load failed".
      throw init.signal?.aborted ? error : new Unreachable(error);
    }
  }

  private headers(hasBody: boolean): Record<string, string> {
    const token = this.options.token?.();
    const xsrf = cookie('_xsrf');
    return {
      ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
      ...(token ? { Authorization: `token ${token}` } : {}),
      ...(xsrf ? { 'X-XSRFToken': xsrf } : {}),
    };
  }
}

function errorOf(status: number, text: string): ErrorBody {
  try {
    const body = JSON.parse(text);
    if (typeof body.code === 'string' && typeof body.message === 'string') {
      return body as ErrorBody;
    }
  } catch {
    // A proxy's own page; its status says enough.
  }
  const message = `The server answered ${status}.`;
  const retryable = status >= 500;
  return { code: retryable ? 'unavailable' : 'bad_request', message, retryable, retry_after: null };
}

function cookie(name: string): string | null {
  const found = document.cookie.split('; ').find(pair => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null;
}
