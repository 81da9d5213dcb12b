/** A server in memory, as far as a page can tell: it has logs, boards, and a wire that can be cut. */

import type { RoomAnswer, RoomQuestion } from './polled-room.js';
import type {
  Actor,
  Analysis,
  ClientFrame,
  Comment,
  Issue,
  LoggedEvent,
  ServerFrame,
  StateEntry,
  SubscribeReply,
  Welcome,
} from './protocol.js';
import type { OwnThread } from './thread-rows.js';

export const ADA: Actor = {
  name: 'ada',
  display_name: 'Ada',
  initials: 'A',
  color: 'blue',
  avatar_url: null,
  kind: 'human',
  via: 'local',
};

const TIME = '2026-11-23T10:00:00.000Z';

export const BOB: Actor = { ...ADA, name: 'bob', display_name: 'Bob', initials: 'B' };

/** Bob's. */
export function makeComment(id: string, more: Partial<Comment> = {}): Comment {
  return {
    ...{ id, author: BOB, body: `Body ${id}`, html: `<p>Body ${id}</p>` },
    ...{ created_at: TIME, edited_at: null, deleted: false, reactions: [], mentions: [] },
    ...more,
  };
}

/** Begun by Bob. */
export function makeThread(id: string, more: Partial<OwnThread> = {}): OwnThread {
  return {
    ...{ id, project: 'p', document: 'd', path: 'a.ipynb', state: 'open' as const },
    anchor: {
      ...{ status: 'exact' as const, score: 1, scope: 'range' as const, cell_id: 'c1' },
      ...{ cell_index: 0, start: 0, end: 5, quote: 'a = 1', original: 'a = 1' },
    },
    ...{ comments: [makeComment(`${id}1`)], issue: null, resolved: null },
    ...{ created_at: TIME, updated_at: TIME },
    ...{ unread: 0, subscription: 'participating' as const },
    ...more,
  };
}

export function welcome(more: Partial<Welcome> = {}): ServerFrame {
  return {
    type: 'welcome',
    protocol: 1,
    features: ['subscribe', 'publish', 'state', 'renew'],
    connection: 'c1',
    user: ADA,
    server_time: TIME,
    heartbeat: 10,
    answer: true,
    limits: {
      message_bytes: 65536,
      rooms_per_connection: 128,
      requests_per_second: 100,
      connections_per_user: 20,
      queue_bytes: 1048576,
      auth_seconds: 10,
    },
    expires: null,
    ...more,
  };
}

type Named = Pick<LoggedEvent, 'event' | 'data'>;

export function logged(seq: number, { event, data }: Named = { event: 'custom:n', data: seq }) {
  return { seq, id: `e${seq}`, time: TIME, actor: ADA, event, data } as LoggedEvent;
}

export function pinned(event: StateEntry['event'], key: string, data: unknown): StateEntry {
  return { event, key, time: TIME, actor: ADA, data } as StateEntry;
}

export function analysis(id: string, more: Partial<Analysis> = {}): Analysis {
  return {
    id,
    room: `analysis:${id}`,
    project: 'p',
    paths: ['.'],
    state: 'running',
    progress: 0,
    eta_seconds: null,
    started: TIME,
    finished: null,
    counts: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
    detectors: [],
    error: null,
    ...more,
  };
}

export function issue(id: string): Issue {
  return {
    id,
    fingerprint: `f-${id}`,
    detector: 'correctness',
    rule: 'F401',
    severity: 'low',
    message: 'Unused import',
    path: 'a.py',
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
    cell: null,
    url: null,
    fix: null,
    status: 'new',
  };
}

interface Log {
  epoch: string;
  events: LoggedEvent[];
  /** Events up to this one are kept no more. */
  pruned: number;
  board: StateEntry[];
  boardVersion: number;
}

/** Answers one client at a time; what it says goes through `deliver`. */
export class FakeServer {
  readonly heard: ClientFrame[] = [];
  private readonly logs = new Map<string, Log>();
  private readonly keys = new Map<string, number>();
  private readonly live = new Set<string>();

  constructor(
    private readonly deliver: (frame: ServerFrame) => void,
    private readonly pageSize = 500,
  ) {}

  log(room: string): Log {
    const known = this.logs.get(room) ?? {
      epoch: 'one',
      events: [],
      pruned: 0,
      board: [],
      boardVersion: 1,
    };
    this.logs.set(room, known);
    return known;
  }

  /** The connection is gone, and with it its subscriptions. */
  forget(): void {
    this.live.clear();
  }

  append(room: string, named?: Named): number {
    const { events } = this.log(room);
    const event = logged(events.length + 1, named);
    events.push(event);
    if (this.live.has(room)) {
      this.deliver({ type: 'event', room, ...event });
    }
    return event.seq;
  }

  /** The log is lost, and begins again under another epoch. */
  lose(room: string): void {
    Object.assign(this.log(room), { epoch: 'two', events: [], pruned: 0 });
    this.live.delete(room);
  }

  beat(): void {
    const heads = [...this.live].map(room => [room, this.log(room).events.length] as const);
    this.deliver({ type: 'heartbeat', heads: Object.fromEntries(heads) });
  }

  receive(frame: ClientFrame): void {
    this.heard.push(frame);
    if (frame.type === 'subscribe') {
      this.subscribe(frame);
    } else if (frame.type === 'publish') {
      this.publish(frame);
    } else {
      if (frame.type === 'unsubscribe') {
        this.live.delete(frame.room);
      }
      this.deliver({ type: 'reply', id: frame.id });
    }
  }

  /** The answer to a poll, at once, whether something is behind or not. */
  poll(rooms: Record<string, RoomQuestion>): { rooms: Record<string, RoomAnswer> } {
    const answers = Object.entries(rooms).map(([room, since]) => {
      const answer = { ...this.page(room, since), board: this.log(room).boardVersion };
      return [room, answer] as const;
    });
    return { rooms: Object.fromEntries(answers) };
  }

  pin(room: string, ...board: StateEntry[]): void {
    const log = this.log(room);
    Object.assign(log, { board, boardVersion: log.boardVersion + 1 });
  }

  private subscribe({ id, room, since }: Extract<ClientFrame, { type: 'subscribe' }>): void {
    const page = this.page(room, since ?? null);
    if (page.more) {
      this.live.delete(room);
    } else {
      this.live.add(room);
    }
    this.deliver({ type: 'reply', id, ...page });
  }

  private page(room: string, since: RoomQuestion): Omit<SubscribeReply, 'type' | 'id'> {
    const { epoch, events, pruned, board } = this.log(room);
    const head = events.length;
    const from = since === 'earliest' ? pruned : (since?.seq ?? head);
    const recovered =
      typeof since !== 'object' ||
      since === null ||
      (since.epoch === epoch && from <= head && from >= pruned);
    const page = recovered ? events.slice(from, from + this.pageSize) : [];
    const seq = recovered ? from + page.length : head;
    const position = { epoch, seq };
    return { position, recovered, states: board, events: page, more: seq < head };
  }

  private publish({ id, room, key, ...named }: Extract<ClientFrame, { type: 'publish' }>): void {
    const known = key ? this.keys.get(key) : undefined;
    const seq = known ?? this.append(room, named as Named);
    if (key) {
      this.keys.set(key, seq);
    }
    this.deliver({ type: 'reply', id, position: { epoch: this.log(room).epoch, seq } });
  }
}

/** A browser's socket, whose other end the test holds. */
export class FakeSocket {
  static last: FakeSocket;
  static made = 0;
  readyState = 0;
  readonly sent: ClientFrame[] = [];
  onopen = () => {};
  onmessage = (_message: { data: string }) => {};
  onclose = (_event: { code: number; reason: string }) => {};

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.last = this;
    FakeSocket.made += 1;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen();
  }

  say(frame: ServerFrame): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose({ code, reason });
  }
}
