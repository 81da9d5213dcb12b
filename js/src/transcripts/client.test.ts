/** This client, held to the transcripts that the Python client is held to as well. */

import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Connection } from '../core/connection.js';
import type { RequestError } from '../core/outbox.js';
import type {
  ClientFrame,
  ErrorBody,
  Position,
  ServerFrame,
  StateEntry,
} from '../core/protocol.js';
import type { Origin } from '../core/room.js';
import { FakeSocket } from '../core/testing.js';
import { filled, Placeholders, type Step, type Transcript } from './testing.js';

const FOLDER = '../tests/transcripts/client/';
const HEALTH = { status: 'ok', checks: {}, version: '0.1.0', protocol: 1 };
const RECONNECTS_WITHIN_SECONDS = 60;

const transcripts = readdirSync(FOLDER)
  .filter(name => name.endsWith('.json'))
  .map(name => JSON.parse(readFileSync(FOLDER + name, 'utf8')) as Transcript);

/** What a step is about, as the transcripts have it. */
interface InRoom {
  room: string;
}
interface Wishes {
  subscribe?: InRoom & { since?: Origin };
  unsubscribe?: InRoom;
  publish?: InRoom & { as: string; event: string; data: unknown };
  state?: InRoom & { event: string; key: string; data: unknown };
}

/** The user, the server and the socket of a client, as a transcript has them. */
class Replay {
  readonly connection: Connection;
  private readonly names = new Placeholders();
  private readonly seqs = new Map<string, number[]>();
  private readonly boards = new Map<string, Map<string, unknown>>();
  private readonly leave = new Map<string, () => void>();
  private readonly refused = new Map<string, string>();
  private readonly acknowledged = new Map<string, Position>();
  private missed: string[] = [];
  private opened = 0;
  /** The one that the transcript speaks of; meanwhile the client may have opened another. */
  private socket: FakeSocket | null = null;

  constructor(token: string | null) {
    this.connection = new Connection({
      prefix: 'https://jupyter.example/realtime/',
      token: () => token,
      fetch: async () => new Response(JSON.stringify(HEALTH)),
      socket: (url, protocol) => new FakeSocket(url, protocol) as unknown as WebSocket,
      random: () => 1,
    });
  }

  private get sent(): ClientFrame[] {
    return this.socket?.sent ?? [];
  }

  private get state() {
    return this.connection.store.getState();
  }

  async step(step: Step): Promise<void> {
    const [kind, value] = Object.entries(step)[0] as [keyof Replay, never];
    await (this[kind] as (said: never) => void | Promise<void>)(value);
    await vi.advanceTimersByTimeAsync(0);
  }

  // -- what happens

  async connection_opened(): Promise<void> {
    this.client_is_silent();
    this.opened += 1;
    for (let s = 0; s < RECONNECTS_WITHIN_SECONDS && FakeSocket.made < this.opened; s += 1) {
      await vi.advanceTimersByTimeAsync(s * 1000);
    }
    expect(FakeSocket.made).toBe(this.opened);
    this.socket = FakeSocket.last;
    this.socket.open();
  }

  server_sends(frame: { type: string }): void {
    this.socket?.say(this.names.putIn(filled(frame)) as ServerFrame);
  }

  cut(code: number): void {
    this.socket?.end(code);
  }

  async after_seconds(seconds: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
  }

  user({ subscribe, unsubscribe, publish, state }: Wishes): void {
    if (subscribe) {
      this.subscribe(subscribe.room, subscribe.since);
    } else if (unsubscribe) {
      this.leave.get(unsubscribe.room)?.();
    } else if (publish) {
      const { as, room, event, data } = publish;
      this.connection.publish(room, event, data).then(
        position => this.acknowledged.set(as, position),
        (error: RequestError) => this.refused.set(`publish ${as}`, error.body.code),
      );
    } else if (state) {
      this.connection.setState(state.room, state.event, state.key, state.data);
    }
  }

  private subscribe(room: string, since: Origin): void {
    const seqs: number[] = [];
    const board = new Map<string, unknown>();
    const put = ({ event, key, data }: StateEntry) => board.set(`${event} ${key}`, data);
    this.seqs.set(room, seqs);
    this.boards.set(room, board);
    const handler = {
      onEvent: (event: { seq: number }) => void seqs.push(event.seq),
      onState: (entry: StateEntry) => void put(entry),
      onBoard: (entries: StateEntry[]) => {
        board.clear();
        entries.forEach(put);
      },
      onLost: () => void this.missed.push(room),
      onError: (error: ErrorBody) => void this.refused.set(`room ${room}`, error.code),
    };
    this.leave.set(room, this.connection.subscribe(room, handler, since));
  }

  // -- what has to have come of it

  client_sends(frames: object | object[]): void {
    const isUnordered = Array.isArray(frames);
    for (const frame of isUnordered ? frames : [frames]) {
      const window = isUnordered ? this.sent : this.sent.slice(0, 1);
      const found = window.findIndex(sent => this.names.match(frame, sent));
      expect(found, `${JSON.stringify(frame)}, not ${JSON.stringify(this.sent)}`).not.toBe(-1);
      this.sent.splice(found, 1);
    }
  }

  client_may_send(frame: object): void {
    if (this.sent.length > 0 && this.names.match(frame, this.sent[0])) {
      this.sent.shift();
    }
  }

  client_is_silent(): void {
    expect(this.sent).toEqual([]);
  }

  client_hangs_up(expected: boolean): void {
    expect(this.socket?.readyState === 3).toBe(expected);
  }

  reconnects_after({ at_least, at_most }: { at_least: number; at_most: number }): void {
    const seconds = ((this.state.nextTryAt ?? Number.NaN) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(at_least);
    expect(seconds).toBeLessThanOrEqual(at_most);
  }

  gives_up(expected: boolean): void {
    expect(this.state.status === 'refused').toBe(expected);
  }

  was_delivered({ room, seqs }: InRoom & { seqs: number[] }): void {
    expect(this.seqs.get(room)?.splice(0)).toEqual(seqs);
  }

  was_missed(room: string | null): void {
    expect(this.missed.splice(0)).toEqual(room === null ? [] : [room]);
  }

  shows_board({ room, states }: InRoom & { states: object }): void {
    const shown = [...(this.boards.get(room) ?? [])].filter(([, data]) => data !== null);
    expect(Object.fromEntries(shown)).toEqual(states);
  }

  was_acknowledged(expected: { as: string; position: Position } | null): void {
    expect(this.acknowledged.get(expected?.as ?? '')).toEqual(expected?.position);
  }

  was_refused({ room, publish, code }: { room?: string; publish?: string; code: string }): void {
    expect(this.refused.get(room ? `room ${room}` : `publish ${publish}`)).toBe(code);
  }
}

describe('the client says and tells what a transcript has', () => {
  let replay: Replay;

  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.made = 0;
  });

  afterEach(() => {
    replay.connection.close();
    vi.useRealTimers();
  });

  expect(transcripts.length).toBeGreaterThan(15);
  for (const { rules, title, token, steps } of transcripts) {
    test(`${rules.join(', ')}: ${title}`, async () => {
      replay = new Replay(token ?? null);
      for (const [index, step] of steps.entries()) {
        await replay.step(step).catch(error => {
          error.message = `Step ${index + 1}, ${JSON.stringify(step)}: ${error.message}`;
          throw error;
        });
      }
      replay.client_is_silent();
    });
  }
});
