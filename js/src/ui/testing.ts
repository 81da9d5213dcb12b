/** Runs, issues and notifications for tests. */

import type { Notification } from '../core/notifications.js';
import type { Analysis, DetectorState, Issue } from '../core/protocol.js';

export function makeIssue(over: Partial<Issue> = {}): Issue {
  return {
    id: 'i1',
    fingerprint: 'f1',
    detector: 'correctness',
    rule: 'F821',
    severity: 'high',
    message: 'Undefined name `x`',
    path: 'a.py',
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 2,
    cell: null,
    url: null,
    fix: null,
    status: 'new',
    ...over,
  };
}

export function makeLane(over: Partial<DetectorState> = {}): DetectorState {
  return {
    name: 'correctness',
    state: 'running',
    done: 12,
    total: 40,
    unit: 'files',
    issues: 0,
    error: null,
    ...over,
  };
}

export const NO_ISSUES = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

export function makeRun(over: Partial<Analysis> = {}): Analysis {
  return {
    id: 'r1',
    room: 'analysis:r1',
    project: 'p1',
    paths: [''],
    state: 'running',
    progress: 0.3,
    eta_seconds: null,
    started: '2026-11-23T12:00:00Z',
    finished: null,
    counts: NO_ISSUES,
    detectors: [makeLane()],
    error: null,
    ...over,
  };
}

export function makeNotification(over: Partial<Notification> = {}): Notification {
  return {
    id: 'n1',
    seq: 1,
    type: 'info',
    category: 'system',
    title: 'Training done',
    message: '',
    action_url: null,
    project: null,
    thread: null,
    actors: [],
    count: 1,
    read: false,
    seen: false,
    archived: false,
    snoozed_until: null,
    created_at: '2026-11-23T12:00:00.000Z',
    updated_at: '2026-11-23T12:00:00.000Z',
    reason: 'Because.',
    ...over,
  };
}
