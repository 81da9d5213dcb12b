/**
 * What a page has told and the server may not have heard: publishes until they are acknowledged, each with
 * the key under which it may be repeated, and states as long as they hold.
 */

import type { ClientFrame, ErrorBody, Position, PublishRequest, StateRequest } from './protocol.js';

export interface Post {
  say(frame: ClientFrame): void;
  /** Call `retry` after a while. */
  later(seconds: number, retry: () => void): void;
  /** How many publishes wait to be acknowledged. */
  unsent(count: number): void;
}

interface Publish {
  frame: PublishRequest;
  resolve(position: Position): void;
  reject(error: RequestError): void;
}

/** A request that was refused; `body.retryable` says whether the same request may be sent again. */
export class RequestError extends Error {
  constructor(readonly body: ErrorBody) {
    super(body.message);
    this.name = 'RequestError';
  }
}

export const RETRY_SECONDS = 1;

export class Outbox {
  private readonly publishes = new Map<string, Publish>();
  private readonly states = new Map<string, StateRequest>();

  constructor(private readonly post: Post) {}

  publish(frame: PublishRequest): Promise<Position> {
    return new Promise((resolve, reject) => {
      this.publishes.set(String(frame.id), { frame, resolve, reject });
      this.post.unsent(this.publishes.size);
      this.post.say(frame);
    });
  }

  /** What replaces a state also takes its place in the outbox. */
  setState(frame: StateRequest): void {
    const slot = [frame.room, frame.event, frame.key].join('\u0000');
    this.states.delete(slot);
    if (frame.data !== null) {
      this.states.set(slot, frame);
    }
    this.post.say(frame);
  }

  sayAll(): void {
    for (const frame of this.states.values()) {
      this.post.say(frame);
    }
    for (const { frame } of this.publishes.values()) {
      this.post.say(frame);
    }
  }

  /** The server has it; false if it isn't from here. */
  acknowledged(id: string, position: Position): boolean {
    const publish = this.publishes.get(id);
    this.forget(id);
    publish?.resolve(position);
    return publish !== undefined;
  }

  refused(id: string, error: ErrorBody): void {
    this.publishRefused(id, error);
    this.stateRefused(id, error);
  }

  private publishRefused(id: string, error: ErrorBody): void {
    const publish = this.publishes.get(id);
    if (publish && error.retryable) {
      const again = () => this.publishes.has(id) && this.post.say(publish.frame);
      this.post.later(error.retry_after ?? RETRY_SECONDS, again);
    } else if (publish) {
      this.forget(id);
      publish.reject(new RequestError(error));
    }
  }

  private stateRefused(id: string, error: ErrorBody): void {
    const [slot, state] = [...this.states].find(([, frame]) => frame.id === id) ?? [];
    if (slot === undefined || state === undefined) {
      return;
    }
    if (error.retryable) {
      const again = () => this.states.get(slot) === state && this.post.say(state);
      this.post.later(error.retry_after ?? RETRY_SECONDS, again);
    } else {
      this.states.delete(slot);
      console.error(`The state ${state.event} was refused: ${error.message}`);
    }
  }

  private forget(id: string): void {
    if (this.publishes.delete(id)) {
      this.post.unsent(this.publishes.size);
    }
  }
}
