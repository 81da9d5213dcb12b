/**
 * A connection that goes through the kernel: for pages that no Jupyter server with our extension has made.
 *
 * It is as much of a `Connection` as widgets need that ask the server: their requests, and one room.
 * What the kernel's side does with it is in `jupyter_realtime/widgets/bridge.py`.
 */

import type { Connection } from '../core/connection.js';
import { type ConnectionState, createConnectionStore } from '../core/connection-state.js';
import type { ErrorBody, LoggedEvent, StateEntry } from '../core/protocol.js';
import { type Rest, RestError, Unreachable } from '../core/rest.js';
import type { RoomHandler } from '../core/room-handler.js';
import type { Model, SharedTraits } from './model.js';

export type SharedConnection = Pick<Connection, 'store' | 'subscribe' | 'wake'> & { rest: Rest };

type Answer =
  | {
      type: 'connection';
      status: ConnectionState['status'];
      reason: string | null;
      user: ConnectionState['user'];
    }
  | { type: 'answer'; id: number; body?: unknown; error?: ErrorBody | null; status?: number }
  | { type: 'ready' }
  | { type: 'refused'; error: ErrorBody }
  | { type: 'event'; event: LoggedEvent }
  | { type: 'state'; state: StateEntry };

interface Waiting {
  done: (body: unknown) => void;
  failed: (error: Error) => void;
}

export class KernelConnection {
  readonly store = createConnectionStore();
  readonly rest: Rest;
  private readonly waiting = new Map<number, Waiting>();
  private readonly handlers = new Set<RoomHandler>();
  private isReady = false;
  private lastId = 0;

  constructor(private readonly model: Pick<Model<SharedTraits>, 'send' | 'on' | 'off'>) {
    const through = (method: string) => (path: string, body?: unknown) =>
      this.request(method, path, body);
    this.rest = {
      get: (path: string) => this.request('GET', path),
      delete: (path: string) => this.request('DELETE', path),
      post: through('POST'),
      put: through('PUT'),
      patch: through('PATCH'),
    } as unknown as Rest;
    model.on('msg:custom', this.onMessage);
    this.wake();
  }

  /** Ask the kernel how it stands with its server. */
  wake(): void {
    this.model.send({ type: 'connect' });
  }

  /** There is one room to listen to, which the kernel's side knows. */
  subscribe(_room: string, handler: RoomHandler): () => void {
    this.handlers.add(handler);
    if (this.isReady) {
      queueMicrotask(() => this.handlers.has(handler) && ready(handler));
    } else {
      this.model.send({ type: 'subscribe' });
    }
    return () => this.handlers.delete(handler);
  }

  close(): void {
    this.model.off('msg:custom', this.onMessage);
    for (const { failed } of this.waiting.values()) {
      failed(new Unreachable(null));
    }
    this.waiting.clear();
  }

  private request(method: string, path: string, body: unknown = null): Promise<unknown> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.model.send({ type: 'request', id, method, path, body });
    });
  }

  private readonly onMessage = (content: unknown): void => {
    const answer = content as Answer;
    switch (answer.type) {
      case 'connection': {
        const { status, reason, user } = answer;
        this.store.setState({ status, reason, user, since: Date.now() });
        break;
      }
      case 'answer':
        this.settle(answer);
        break;
      case 'ready':
        this.isReady = true;
        this.handlers.forEach(ready);
        break;
      case 'refused':
        for (const handler of this.handlers) {
          handler.onError?.(answer.error);
        }
        break;
      case 'event':
        for (const handler of this.handlers) {
          handler.onEvent?.(answer.event);
        }
        break;
      case 'state':
        for (const handler of this.handlers) {
          handler.onState?.(answer.state);
        }
    }
  };

  private settle(answer: Extract<Answer, { type: 'answer' }>): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.error === undefined) {
      waiting?.done(answer.body);
    } else {
      const { error, status = 500 } = answer;
      waiting?.failed(error === null ? new Unreachable(null) : new RestError(status, error));
    }
  }
}

/** The kernel's side counts for nobody: an answer by REST says which event it is from. */
const ready = (handler: RoomHandler): void => handler.onReady?.({ epoch: '', seq: 0 });
