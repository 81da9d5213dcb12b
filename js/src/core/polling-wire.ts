/**
 * The conversation's frames by HTTP, where no WebSocket gets through.
 *
 * To the conversation this is a wire like any other: it takes the client's frames and hands back the
 * server's. What a socket would bring by itself is made from the answers to a long poll: the first one
 * after a `subscribe` is its `reply`, the later ones become single `event` and `state` frames. So cursors,
 * de-duplication and the outbox stay where they are.
 *
 * Rules
 * 1. One poll asks for all rooms. When the rooms change it is broken off, and another one asks: the server
 *    keeps no queue, so nothing is lost with a poll.
 * 2. What doesn't follow from what was told before (another epoch, a break, more pages) becomes a
 *    `resync`, and the conversation asks again.
 * 3. A request that finds no server ends the wire, as a cut ends a socket. While there is no room to poll, the
 *    server is asked now and then who we are.
 */

import { PolledRoom, type RoomAnswer, type RoomQuestion } from './polled-room.js';
import { PollingUpstream } from './polling-upstream.js';
import type { Actor, ClientFrame, ErrorBody, ServerFrame } from './protocol.js';
import { randomKey } from './random.js';
import { errorBody, type Rest, RestError } from './rest.js';
import type { Wire } from './wire.js';

export interface PollingEvents {
  heard(frame: ServerFrame): void;
  ended(error: unknown): void;
}

type Refusal = { error: ErrorBody };
type RoomsAnswer = { rooms: Record<string, RoomAnswer | Refusal> };
type Questions = Record<string, RoomQuestion>;
type Subscribe = Extract<ClientFrame, { type: 'subscribe' }>;

/** The server answers within 25 s; then it counts as silent. */
const ANSWER_WITHIN_MS = 40_000;
/** Between two polls, so that a busy room is asked for a few times a second and no more. */
const PAUSE_MS = 200;
const AGAIN_SECONDS = 2;
const SIGN_OF_LIFE_EVERY_MS = 20_000;
/** What a server that carries polls understands. */
export const POLLING_FEATURES = ['subscribe', 'publish', 'state'];

export class PollingWire implements Wire {
  readonly transport = 'polling';
  private readonly rooms = new Map<string, PolledRoom>();
  private readonly session = randomKey();
  private readonly upstream: PollingUpstream;
  private poll: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(
    private readonly rest: Rest,
    private readonly events: PollingEvents,
  ) {
    this.upstream = new PollingUpstream(rest, this.session, {
      heard: frame => this.hear(frame),
      ended: error => this.end(error),
    });
  }

  /** Find out whether the server lets us in, and who we are to it; then polls go on until the end. */
  async open(): Promise<Actor> {
    const { user, kind, via } = await this.rest.get<{ user: Actor } & Partial<Actor>>('me');
    this.askSoon(0);
    return { ...user, ...(kind && { kind }), ...(via && { via }) };
  }

  send(frame: ClientFrame): void {
    switch (frame.type) {
      case 'subscribe':
        this.enter(frame);
        break;
      case 'unsubscribe':
        this.rooms.delete(frame.room);
        this.askAnew();
        break;
      case 'publish':
      case 'state':
        this.upstream.send(frame);
        break;
      case 'ping':
        // Somebody wants to know whether we are alive.
        this.askAnew();
    }
  }

  close(): void {
    this.isOver = true;
    this.upstream.close();
    clearTimeout(this.timer);
    this.poll?.abort();
  }

  private end(error: unknown): void {
    if (!this.isOver) {
      this.close();
      this.events.ended(error);
    }
  }

  // -- what is asked

  private enter({ room: name, id, since }: Subscribe): void {
    const room = this.rooms.get(name) ?? new PolledRoom(name);
    this.rooms.set(name, room);
    room.ask(id, since ?? null);
    this.askAnew();
  }

  private askAnew(): void {
    this.poll?.abort();
    this.askSoon(0);
  }

  private askSoon(milliseconds: number): void {
    clearTimeout(this.timer);
    if (!this.isOver) {
      this.timer = setTimeout(() => void this.ask(), milliseconds);
    }
  }

  private async ask(): Promise<void> {
    const poll = new AbortController();
    this.poll = poll;
    const silence = setTimeout(
      () => this.end(new Error('The server fell silent.')),
      ANSWER_WITHIN_MS,
    );
    try {
      await (this.rooms.size > 0 ? this.askRooms(poll.signal) : this.askNothing(poll.signal));
    } catch (error) {
      if (!poll.signal.aborted) {
        this.failed(error);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private async askRooms(signal: AbortSignal): Promise<void> {
    const rooms = this.questions();
    const body = { rooms, session: this.session, boards: this.boards() };
    const answer = await this.rest.post<RoomsAnswer>('poll', body, signal);
    if (!signal.aborted) {
      this.answered(answer, rooms);
    }
  }

  private async askNothing(signal: AbortSignal): Promise<void> {
    await this.rest.get('me', signal);
    if (!signal.aborted) {
      this.askSoon(SIGN_OF_LIFE_EVERY_MS);
    }
  }

  private failed(error: unknown): void {
    if (error instanceof RestError && error.status === 429) {
      this.askSoon((error.retryAfter ?? AGAIN_SECONDS) * 1000);
    } else if (error instanceof RestError && error.status === 400) {
      // Nothing that was asked for can be.
      const refusal = { error: errorBody(error) };
      this.answered({
        rooms: Object.fromEntries([...this.rooms.keys()].map(room => [room, refusal])),
      });
    } else {
      this.end(error);
    }
  }

  private questions(): Questions {
    return Object.fromEntries([...this.rooms].map(([name, room]) => [name, room.since]));
  }

  private boards(): Record<string, RoomAnswer['board']> {
    const known = [...this.rooms].filter(([, room]) => room.boardVersion !== null);
    return Object.fromEntries(known.map(([name, room]) => [name, room.boardVersion]));
  }

  // -- what is answered

  private answered(answers: RoomsAnswer, questions: Questions = this.questions()): void {
    this.askSoon(PAUSE_MS);
    for (const [name, answer] of Object.entries(answers.rooms)) {
      const room = this.rooms.get(name);
      // While the others were told, somebody may have asked this room for something else.
      if (room && room.since === questions[name]) {
        this.tell(room, answer);
      }
    }
  }

  private tell(room: PolledRoom, answer: RoomAnswer | Refusal): void {
    if ('error' in answer) {
      this.refused(room, answer.error);
    } else {
      for (const frame of room.take(answer)) {
        this.hear(frame);
      }
    }
  }

  private refused(room: PolledRoom, error: ErrorBody): void {
    this.rooms.delete(room.name);
    // Without a question of its own the conversation asks, and is told why then.
    this.hear(
      room.asked === null
        ? { type: 'resync', room: room.name, reason: 'overflow' }
        : { type: 'error', id: room.asked, ...error },
    );
  }

  private hear(frame: ServerFrame): void {
    if (!this.isOver) {
      this.events.heard(frame);
    }
  }
}
