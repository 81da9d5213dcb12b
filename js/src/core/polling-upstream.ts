/**
 * What a page tells while it polls: publishes and states, one after the other in the order in which they were
 * made. Of a state that has changed while others were on their way only the last value is told.
 */

import type { ClientFrame, ServerFrame } from './protocol.js';
import { errorBody, type Rest, RestError } from './rest.js';

export type UpstreamFrame = Extract<ClientFrame, { type: 'publish' | 'state' }>;

interface Events {
  heard(frame: ServerFrame): void;
  /** No server was found, or it does not know us. */
  ended(error: unknown): void;
}

export class PollingUpstream {
  private last: Promise<void> = Promise.resolve();
  private readonly latest = new Map<string, UpstreamFrame>();
  private isOver = false;

  constructor(
    private readonly rest: Rest,
    private readonly session: string,
    private readonly events: Events,
  ) {}

  send(frame: UpstreamFrame): void {
    if (frame.type === 'state') {
      this.latest.set(slotOf(frame), frame);
    }
    this.last = this.last.then(() => this.carry(frame));
  }

  close(): void {
    this.isOver = true;
  }

  private async carry(frame: UpstreamFrame): Promise<void> {
    if (this.isOver || this.isOutdated(frame)) {
      return;
    }
    const { id } = frame;
    try {
      const answer = await this.post(frame);
      this.events.heard({ type: 'reply', id, ...answer });
    } catch (error) {
      if (error instanceof RestError && error.status !== 401) {
        this.events.heard({ type: 'error', id, ...errorBody(error) });
      } else {
        this.events.ended(error);
      }
    }
  }

  private isOutdated(frame: UpstreamFrame): boolean {
    return frame.type === 'state' && this.latest.get(slotOf(frame)) !== frame;
  }

  private post({ type, id: _, ...body }: UpstreamFrame): Promise<object> {
    return type === 'publish'
      ? this.rest.post('publish', body)
      : this.rest.post('states', { ...body, session: this.session });
  }
}

const slotOf = (frame: UpstreamFrame): string =>
  [frame.room, frame.event, frame.key].join('\u0000');
