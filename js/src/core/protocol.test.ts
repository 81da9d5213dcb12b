import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

// @ts-expect-error A build script; it has no types.
import { generate } from '../../scripts/generate-protocol.mjs';
import type { Issue, LoggedEvent } from './protocol.js';
import { issue, logged } from './testing.js';

describe('the generated protocol', () => {
  test('is the one of the committed schema', async () => {
    const committed = readFileSync('src/core/protocol.gen.ts', 'utf8');
    expect(await generate(), 'Run `make protocol` and commit the result.').toBe(committed);
  });

  test('requires every field, and tells events apart by name', () => {
    // @ts-expect-error A field without a default is not optional.
    const incomplete: Issue = { id: 'i' };
    expect(incomplete.path).toBeUndefined();

    const data = { analysis: 'r', detector: 'types', issues: [issue('i')] };
    const event: LoggedEvent = logged(1, { event: 'analysis:issues', data });
    expect(event.event === 'analysis:issues' && event.data.issues.length).toBe(1);
  });
});
