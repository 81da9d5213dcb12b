import { beforeEach, describe, expect, test, vi } from 'vitest';

import { Conversation, RequestError } from './conversation.js';
import type { ClientFrame, ErrorFrame, LoggedEvent, Position, ServerFrame } from './protocol.js';
import { FakeServer, logged, pinned, welcome } from './testing.js';

const ROOM = 'project:p';

/** A conversation on a wire that loses its n-th frame, whichever way that goes, and all after it. */
class Wire {
  frames = 0;
  cuts = 0;
  unsent = 0;
  token: string | null = null;
  readonly later: (() => void)[] = [];
  readonly waits: number[] = [];
  readonly server: FakeServer;
  readonly conversation: Conversation;
  private readonly queue: (() => void)[] = [];
  private isCut = true;

  constructor(
    readonly cutAt: number | null = null,
    pageSize = 500,
  ) {
    this.server = new FakeServer(
      frame => this.carry(() => this.conversation.receive(frame)),
      pageSize,
    );
    this.conversation = new Conversation({
      send: frame => this.carry(() => this.server.receive(frame)),
      settled: () => {},
      later: (seconds, retry) => {
        this.waits.push(seconds);
        this.later.push(retry);
      },
      unsent: count => {
        this.unsent = count;
      },
      token: () => this.token,
    });
  }

  private carry(frame: () => void): void {
    if (!this.isCut) {
      this.queue.push(frame);
    }
  }

  say(frame: ServerFrame): void {
    this.carry(() => this.conversation.receive(frame));
  }

  connect(more: Parameters<typeof welcome>[0] = {}): void {
    this.isCut = false;
    const credentials = this.conversation.credentials();
    if (credentials) {
      this.carry(() => this.server.receive(credentials));
    }
    this.say(welcome(more));
  }

  cut(): void {
    this.isCut = true;
    this.queue.length = 0;
    this.cuts += 1;
    this.server.forget();
    this.conversation.closed();
  }

  /** Let frames pass until there are none, coming back after a cut. */
  flow(): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      this.frames += 1;
      if (this.frames === this.cutAt) {
        this.cut();
        this.connect();
      } else {
        next();
      }
    }
  }

  asked(type: ClientFrame['type']): ClientFrame[] {
    return this.server.heard.filter(frame => frame.type === type);
  }
}

function recorder() {
  const events: LoggedEvent[] = [];
  return {
    events,
    get seqs() {
      return events.map(event => event.seq);
    },
    onEvent: (event: LoggedEvent) => void events.push(event),
    onState: vi.fn(),
    onBoard: vi.fn(),
    onLost: vi.fn(),
    onReady: vi.fn(),
    onError: vi.fn(),
  };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('a wire that is cut at any frame', () => {
  interface Outcome {
    wire: Wire;
    early: ReturnType<typeof recorder>;
    late: ReturnType<typeof recorder>;
    positions: Position[];
  }

  async function story(cutAt: number | null): Promise<Outcome> {
    const wire = new Wire(cutAt, 3);
    const early = recorder();
    const late = recorder();
    const positions: Position[] = [];
    const publish = (data: string) =>
      wire.conversation.publish(ROOM, 'custom:mine', data).then(it => positions.push(it));
    upTo(7).forEach(() => {
      wire.server.append(ROOM);
    });
    wire.connect();
    wire.conversation.subscribe(ROOM, early, 'earliest');
    const first = publish('a');
    wire.flow();
    wire.server.append(ROOM);
    const second = publish('b');
    wire.server.append(ROOM);
    wire.flow();
    wire.conversation.subscribe(ROOM, late, 'earliest');
    wire.server.append(ROOM);
    wire.flow();
    wire.server.beat();
    wire.flow();
    await Promise.all([first, second]);
    return { wire, early, late, positions };
  }

  test('C2: nothing is lost, and nothing comes twice', async () => {
    const { wire: whole } = await story(null);
    expect(whole.frames).toBeGreaterThan(20);
    for (let cutAt = 1; cutAt <= whole.frames; cutAt += 1) {
      const { wire, early, late, positions } = await story(cutAt);
      expect(wire.cuts, `cut at ${cutAt}`).toBe(1);
      expect(early.seqs, `early, cut at ${cutAt}`).toEqual(upTo(12));
      expect(late.seqs, `late, cut at ${cutAt}`).toEqual(upTo(12));
      expect(new Set(positions.map(({ seq }) => seq)).size, `cut at ${cutAt}`).toBe(2);
      expect(wire.unsent).toBe(0);
      expect(early.onLost).not.toHaveBeenCalled();
    }
  });
});

describe('a room', () => {
  let wire: Wire;
  let handler: ReturnType<typeof recorder>;

  beforeEach(() => {
    wire = new Wire();
    handler = recorder();
    wire.connect();
  });

  function follow(origin?: 'earliest') {
    const leave = wire.conversation.subscribe(ROOM, handler, origin);
    wire.flow();
    return leave;
  }

  test('is followed from now on without an origin', () => {
    wire.server.append(ROOM);
    follow();
    wire.server.append(ROOM);
    wire.flow();
    expect(handler.seqs).toEqual([2]);
  });

  test('gives a late handler without an origin only what comes later, though the wire replays', () => {
    follow();
    wire.cut();
    wire.server.append(ROOM);
    const late = recorder();
    wire.conversation.subscribe(ROOM, late, undefined);
    wire.connect();
    wire.flow();
    wire.server.append(ROOM);
    wire.flow();
    expect(handler.seqs).toEqual([1, 2]);
    expect(late.seqs).toEqual([2]);
    expect(late.onReady).toHaveBeenCalledOnce();
  });

  test('is asked for once, however many follow it, and left with the last', () => {
    const leave = follow();
    const leaveToo = wire.conversation.subscribe(ROOM, recorder(), undefined);
    wire.flow();
    expect(wire.asked('subscribe')).toHaveLength(1);
    leave();
    wire.flow();
    expect(wire.asked('unsubscribe')).toHaveLength(0);
    leaveToo();
    wire.flow();
    expect(wire.asked('unsubscribe')).toHaveLength(1);
  });

  test('C3: drops what it has, and asks again at a hole from where it stands', () => {
    wire.server.append(ROOM);
    follow('earliest');
    const [first] = wire.server.log(ROOM).events;
    wire.say({ type: 'event', room: ROOM, ...(first as LoggedEvent) });
    wire.flow();
    expect(wire.asked('subscribe')).toHaveLength(1);

    wire.server.forget();
    wire.server.append(ROOM);
    wire.server.append(ROOM);
    const third = wire.server.log(ROOM).events[2] as LoggedEvent;
    wire.say({ type: 'event', room: ROOM, ...third });
    wire.flow();
    expect(wire.asked('subscribe').at(-1)).toMatchObject({
      since: { epoch: 'one', seq: 1, id: 'e1' },
    });
    expect(handler.seqs).toEqual([1, 2, 3]);
  });

  test('C3: asks again when a heartbeat shows that something did not come', () => {
    follow('earliest');
    wire.server.forget();
    wire.server.append(ROOM);
    wire.say({ type: 'heartbeat', heads: { [ROOM]: 1 } });
    wire.flow();
    expect(handler.seqs).toEqual([1]);
  });

  test('C3: asks again after a resync', () => {
    follow('earliest');
    wire.server.forget();
    wire.server.append(ROOM);
    wire.say({ type: 'resync', room: ROOM, reason: 'overflow' });
    wire.flow();
    expect(handler.seqs).toEqual([1]);
  });

  test('tells a handler when continuity is lost, and goes on from the head', () => {
    wire.server.append(ROOM);
    follow('earliest');
    wire.cut();
    wire.server.lose(ROOM);
    wire.server.append(ROOM);
    wire.connect();
    wire.flow();
    expect(handler.onLost).toHaveBeenCalledOnce();
    wire.server.append(ROOM);
    wire.flow();
    expect(handler.events.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('tells a handler too when another asks from the start and finds another log', () => {
    upTo(3).forEach(() => {
      wire.server.append(ROOM);
    });
    follow('earliest');
    wire.server.lose(ROOM);
    wire.server.append(ROOM);
    const late = recorder();
    wire.conversation.subscribe(ROOM, late, 'earliest');
    wire.flow();
    expect(handler.onLost).toHaveBeenCalledOnce();
    expect(handler.seqs).toEqual([1, 2, 3, 1]);
    expect(late.onLost).not.toHaveBeenCalled();
    expect(late.seqs).toEqual([1]);
  });

  describe('from a position', () => {
    const at = (seq: number, epoch = 'one') => ({ epoch, seq });

    beforeEach(() => {
      upTo(4).forEach(() => {
        wire.server.append(ROOM);
      });
    });

    test('gives what came after it', () => {
      wire.conversation.subscribe(ROOM, handler, { ...at(2), id: 'e2' });
      wire.flow();
      expect(wire.asked('subscribe')).toMatchObject([{ since: { seq: 2, id: 'e2' } }]);
      expect(handler.seqs).toEqual([3, 4]);
      expect(handler.onReady).toHaveBeenCalledExactlyOnceWith(at(4));
    });

    test.each([
      ['goes back for a late handler', 1, [2, 3, 4, 5]],
      ['need not go back where the room is not beyond it', 4, [5]],
    ])('%s', (_title, seq, seqs) => {
      follow('earliest');
      const late = recorder();
      wire.conversation.subscribe(ROOM, late, at(seq));
      wire.flow();
      wire.server.append(ROOM);
      wire.flow();
      expect(late.seqs).toEqual(seqs);
      expect(handler.seqs).toEqual(upTo(5));
      expect(late.onReady).toHaveBeenCalledOnce();
    });

    test('says that the log of the position is no more, whoever asked before', () => {
      follow('earliest');
      const late = recorder();
      wire.conversation.subscribe(ROOM, late, at(2, 'zero'));
      const early = recorder();
      const meanwhile = recorder();
      wire.conversation.subscribe('analysis:r', early, 'earliest');
      wire.conversation.subscribe('analysis:r', meanwhile, at(2, 'zero'));
      wire.server.append('analysis:r');
      wire.flow();
      expect(late.onLost).toHaveBeenCalledOnce();
      expect(meanwhile.onLost).toHaveBeenCalledOnce();
      expect(early.onLost).not.toHaveBeenCalled();
      expect([early.seqs, meanwhile.seqs]).toEqual([[1], [1]]);
    });

    test('that nobody keeps any more is lost', () => {
      wire.server.log(ROOM).pruned = 3;
      wire.conversation.subscribe(ROOM, handler, at(2));
      wire.flow();
      expect(handler.onLost).toHaveBeenCalledOnce();
      wire.server.append(ROOM);
      wire.flow();
      expect(handler.seqs).toEqual([5]);
    });
  });

  test('is followed from its answer on, with what was committed meanwhile', () => {
    const receive = vi.spyOn(wire.server, 'receive').mockImplementation(({ id }) => {
      const answer = { states: [], events: [logged(5)], more: false, recovered: true };
      wire.say({ type: 'reply', id, position: { epoch: 'one', seq: 5 }, ...answer });
    });
    follow();
    receive.mockRestore();
    expect(handler.seqs).toEqual([5]);
  });

  test('goes on where the server leaves out what may not be read', () => {
    wire.server.append(ROOM);
    follow('earliest');
    const position = { epoch: 'one', seq: 9 };
    wire.say({ type: 'resync', room: ROOM, reason: 'overflow' });
    wire.server.forget();
    const receive = vi.spyOn(wire.server, 'receive').mockImplementation(frame => {
      const empty = { states: [], events: [], more: false, recovered: true };
      wire.say({ type: 'reply', id: frame.id, position, ...empty });
    });
    wire.flow();
    receive.mockRestore();
    wire.say({ type: 'resync', room: ROOM, reason: 'overflow' });
    wire.flow();
    // The id of an older event would be proof of another log.
    expect(wire.asked('subscribe').at(-1)).toMatchObject({ since: { epoch: 'one', seq: 9 } });
    expect(wire.asked('subscribe').at(-1)).not.toHaveProperty('since.id');
  });

  test('hands over its board, to those who come late too, and then single states', () => {
    wire.server.log(ROOM).board.push(pinned('progress:x', 'k', 1));
    follow();
    const late = recorder();
    wire.conversation.subscribe(ROOM, late, undefined);
    expect(late.onBoard).toHaveBeenCalledExactlyOnceWith([pinned('progress:x', 'k', 1)]);
    wire.say({ type: 'state', room: ROOM, ...pinned('progress:x', 'k', null) });
    wire.flow();
    expect(handler.onState).toHaveBeenCalledExactlyOnceWith(pinned('progress:x', 'k', null));
    const later = recorder();
    wire.conversation.subscribe(ROOM, later, undefined);
    expect(later.onBoard).toHaveBeenCalledExactlyOnceWith([]);
  });

  test('lets no handler that throws harm the others', () => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
    handler.onEvent = () => {
      throw new Error('a bug');
    };
    follow('earliest');
    const other = recorder();
    wire.conversation.subscribe(ROOM, other, 'earliest');
    wire.server.append(ROOM);
    wire.flow();
    expect(other.seqs).toEqual([1]);
    expect(silence).toHaveBeenCalledOnce();
    silence.mockRestore();
  });

  test('tells why it was refused, and is asked for again where that may help', () => {
    const refuse = vi.spyOn(wire.server, 'receive').mockImplementation(({ id }) => {
      const body = { code: 'unavailable', message: 'Later.', retryable: true, retry_after: 2 };
      wire.say({ type: 'error', id, ...body });
    });
    follow('earliest');
    expect(handler.onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'Later.' }),
    );
    // Whoever comes meanwhile waits, too.
    wire.conversation.subscribe(ROOM, recorder(), 'earliest');
    wire.flow();
    expect(refuse).toHaveBeenCalledOnce();
    refuse.mockRestore();
    expect(wire.waits).toEqual([2]);
    wire.later.splice(0).forEach(retry => {
      retry();
    });
    wire.flow();
    expect(handler.onReady).toHaveBeenCalledOnce();
  });

  test('is asked for again by whoever comes after it was refused for good', () => {
    const refuse = vi.spyOn(wire.server, 'receive').mockImplementation(({ id }) => {
      const body = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };
      wire.say({ type: 'error', id, ...body });
    });
    follow('earliest');
    const next = recorder();
    wire.conversation.subscribe(ROOM, next, undefined);
    wire.flow();
    expect(next.onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'No.' }),
    );
    refuse.mockRestore();
    const last = recorder();
    wire.conversation.subscribe(ROOM, last, undefined);
    wire.flow();
    for (const { onReady } of [handler, next, last]) {
      expect(onReady).toHaveBeenCalledOnce();
    }
  });
});

describe('a room that was taken from us', () => {
  const end: ErrorFrame = {
    type: 'error',
    id: null,
    room: ROOM,
    code: 'forbidden',
    message: 'This project is off.',
    retryable: false,
    retry_after: null,
  };

  test('P12 says so, and is asked for again with the next connection', () => {
    const wire = new Wire();
    wire.connect();
    const handler = recorder();
    wire.conversation.subscribe(ROOM, handler, 'earliest');
    wire.flow();
    wire.say(end);
    wire.flow();
    expect(handler.onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'This project is off.' }),
    );
    wire.cut();
    wire.server.append(ROOM);
    wire.connect();
    wire.flow();
    expect(handler.seqs).toEqual([1]);
  });

  test('P12 is not given up while an answer is awaited', () => {
    const wire = new Wire();
    wire.connect();
    const handler = recorder();
    wire.conversation.subscribe(ROOM, handler, 'earliest');
    wire.say(end);
    wire.flow();
    expect(handler.onError).not.toHaveBeenCalled();
    expect(handler.onReady).toHaveBeenCalledOnce();
  });
});

describe('a publish', () => {
  test('that was refused for good says so, and waits no more', async () => {
    const wire = new Wire();
    wire.connect();
    vi.spyOn(wire.server, 'receive').mockImplementation(({ id }) => {
      const body = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };
      wire.say({ type: 'error', id, ...body });
    });
    const published = wire.conversation.publish(ROOM, 'custom:x', 1);
    wire.flow();
    await expect(published).rejects.toThrow(RequestError);
    expect(wire.unsent).toBe(0);
  });

  test('C2 C4: that is to come later is sent again under its key', async () => {
    const wire = new Wire();
    wire.connect();
    const refuse = vi.spyOn(wire.server, 'receive').mockImplementation(frame => {
      wire.server.heard.push(frame);
      const body = { code: 'rate_limited', message: 'Slowly.', retryable: true, retry_after: 7 };
      wire.say({ type: 'error', id: frame.id, ...body });
    });
    const published = wire.conversation.publish(ROOM, 'custom:x', 1);
    wire.flow();
    refuse.mockRestore();
    expect(wire.waits).toEqual([7]);
    expect(wire.unsent).toBe(1);
    wire.later.splice(0).forEach(retry => {
      retry();
    });
    wire.flow();
    const [first, second] = wire.asked('publish');
    expect(second).toEqual(first);
    await expect(published).resolves.toEqual({ epoch: 'one', seq: 1 });
  });

  test('waits while there is no connection', async () => {
    const wire = new Wire();
    const published = wire.conversation.publish(ROOM, 'custom:x', 1);
    expect(wire.unsent).toBe(1);
    wire.connect();
    wire.flow();
    await expect(published).resolves.toEqual({ epoch: 'one', seq: 1 });
  });
});

describe('a state', () => {
  const refusals = { '1': true, '2': false };

  function refusedStates(): Wire {
    const wire = new Wire();
    wire.connect();
    vi.spyOn(wire.server, 'receive').mockImplementation(frame => {
      wire.server.heard.push(frame);
      const retryable = refusals[(frame as { data: 1 | 2 }).data];
      const body = { code: 'x', message: 'No.', retryable, retry_after: 3 };
      wire.say({ type: 'error', id: frame.id, ...body });
    });
    return wire;
  }

  test('C4: that is to come later comes later, unless another has taken its place', () => {
    const wire = refusedStates();
    wire.conversation.setState(ROOM, 'progress:a', 'k', 1);
    wire.conversation.setState(ROOM, 'progress:b', 'k', 1);
    wire.flow();
    wire.conversation.setState(ROOM, 'progress:b', 'k', null);
    wire.flow();
    wire.server.heard.length = 0;
    expect(wire.waits).toEqual([3, 3]);
    wire.later.splice(0).forEach(retry => {
      retry();
    });
    wire.flow();
    expect(wire.server.heard).toMatchObject([{ event: 'progress:a', data: 1 }]);
  });

  test('that was refused for good is not set again after a cut', () => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
    const wire = refusedStates();
    wire.conversation.setState(ROOM, 'progress:a', 'k', 2);
    wire.flow();
    wire.cut();
    wire.connect();
    wire.flow();
    expect(wire.asked('state')).toHaveLength(1);
    expect(silence).toHaveBeenCalledOnce();
    silence.mockRestore();
  });
});

describe('a conversation', () => {
  test('says nothing before it is welcome, but who it is', () => {
    const wire = new Wire();
    wire.token = 'secret';
    wire.conversation.subscribe(ROOM, recorder(), undefined);
    wire.connect();
    wire.flow();
    expect(wire.server.heard.map(({ type }) => type)).toEqual(['auth', 'subscribe']);
    wire.say({ type: 'renew' });
    wire.flow();
    expect(wire.server.heard.at(-1)).toMatchObject({ type: 'auth', token: 'secret' });
  });

  test('sets its states again after a cut, but those that it has taken back', () => {
    const wire = new Wire();
    wire.connect();
    wire.flow();
    wire.conversation.setState(ROOM, 'progress:a', 'k', 1);
    wire.conversation.setState(ROOM, 'progress:a', 'k', 2);
    wire.conversation.setState(ROOM, 'progress:b', 'k', 1);
    wire.conversation.setState(ROOM, 'progress:b', 'k', null);
    wire.flow();
    wire.cut();
    wire.server.heard.length = 0;
    wire.connect();
    wire.flow();
    expect(wire.asked('state')).toEqual([
      expect.objectContaining({ event: 'progress:a', data: 2 }),
    ]);
  });

  test('C8: says nothing that the server does not know yet, and tells who asked for it', async () => {
    const wire = new Wire();
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
    const handler = recorder();
    const published = wire.conversation.publish(ROOM, 'custom:x', 1);
    const refusal = expect(published).rejects.toThrow('Update jupyter_realtime');
    wire.conversation.setState(ROOM, 'progress:a', 'k', 1);
    const leave = wire.conversation.subscribe(ROOM, handler, undefined);
    wire.connect({ features: [] });
    wire.flow();
    await refusal;
    leave();
    wire.conversation.ping();
    wire.flow();
    expect(wire.server.heard).toMatchObject([{ type: 'ping' }]);
    expect(handler.onError).toHaveBeenCalledOnce();
    expect(silence).toHaveBeenCalledOnce();
    expect(wire.unsent).toBe(0);
    silence.mockRestore();
  });

  test('answers heartbeats where the server wants that, and only there', () => {
    for (const answer of [true, false]) {
      const wire = new Wire();
      wire.connect();
      wire.say(welcome({ answer }));
      wire.say({ type: 'heartbeat', heads: {} });
      wire.flow();
      expect(wire.asked('ping')).toHaveLength(answer ? 1 : 0);
    }
  });
});
