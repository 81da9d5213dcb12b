/** Is there a server extension at all, and does it speak our protocol? */

import { PROTOCOL } from './protocol.js';
import { type Rest, RestError } from './rest.js';

export type Finding =
  | { kind: 'present'; version: string }
  | { kind: 'absent'; reason: string; version: string | null }
  | { kind: 'unreachable'; reason: string; retryAfterSeconds: number | null };

interface Health {
  status: string;
  version: string;
  protocol: number;
}

export async function probe(rest: Rest): Promise<Finding> {
  try {
    return judge(await rest.get<Health>('health'));
  } catch (error) {
    return judgeFailure(error);
  }
}

function judge({ version, protocol }: Health): Finding {
  if (protocol === PROTOCOL) {
    return { kind: 'present', version };
  }
  const reason = `The server has version ${version} of jupyter_realtime, which speaks another protocol than this page. Update both, then reload.`;
  return { kind: 'absent', reason, version };
}

function judgeFailure(error: unknown): Finding {
  if (error instanceof RestError && (error.status === 404 || error.status === 403)) {
    const reason =
      'This Jupyter server has no jupyter_realtime extension. Install it where the server runs: pip install jupyter_realtime';
    return { kind: 'absent', reason, version: null };
  }
  const retryAfterSeconds = error instanceof RestError ? error.retryAfter : null;
  return { kind: 'unreachable', reason: 'The server cannot be reached.', retryAfterSeconds };
}
