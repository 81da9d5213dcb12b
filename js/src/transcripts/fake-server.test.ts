/** The server that this page's tests talk to answers as the real one does: both replay the same transcripts. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { ClientFrame, ServerFrame } from '../core/protocol.js';
import { FakeServer } from '../core/testing.js';
import { Placeholders, type Transcript } from './testing.js';

const FOLDER = '../tests/transcripts/server/';
const ROOM = 'project:p';

/** It has logs and one client, who needs no credentials and makes no mistakes. */
const transcripts = readdirSync(FOLDER)
  .filter(name => name.endsWith('.json'))
  .map(name => JSON.parse(readFileSync(FOLDER + name, 'utf8')) as Transcript)
  .filter(({ fake }) => fake);

class Replay {
  private readonly heard: ServerFrame[] = [];
  private readonly server = new FakeServer(frame => this.heard.push(frame));
  private readonly names = new Placeholders([['$room', ROOM]]);

  client_sends(frame: ClientFrame): void {
    this.server.receive(this.names.putIn(frame) as ClientFrame);
  }

  server_sends(frames: ServerFrame | ServerFrame[]): void {
    const expected = [frames].flat();
    const arrived = this.heard.splice(0, expected.length);
    for (const frame of expected) {
      const found = arrived.findIndex(other => this.names.match(frame, other));
      expect(found, `${JSON.stringify(frame)}, not ${JSON.stringify(arrived)}`).not.toBe(-1);
      arrived.splice(found, 1);
    }
  }

  server_is_silent(): void {
    expect(this.heard).toEqual([]);
  }
}

describe('the server in memory says what the transcript of a real one has', () => {
  expect(transcripts.length).toBeGreaterThan(5);
  for (const { rules, title, steps } of transcripts) {
    test(`${rules.join(', ')}: ${title}`, () => {
      const replay = new Replay();
      // Without its greeting: the fake is what comes behind it.
      for (const step of steps.slice(2)) {
        const [kind, value] = Object.entries(step)[0] as [keyof Replay, never];
        replay[kind](value);
      }
      replay.server_is_silent();
    });
  }
});
