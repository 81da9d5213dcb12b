/** The wire's shapes, generated from Python's structs, under the names that the code here uses. */

export type {
  Actor,
  AnalysisIssues,
  CellRef,
  ClientFrame,
  Counts,
  DetectorDescription,
  DetectorProgress,
  DetectorState,
  ErrorBody,
  ErrorFrame,
  EventData,
  EventFrame,
  Fix,
  Goodbye,
  LoggedEvent,
  Position,
  ProgressState,
  PublishRequest,
  Reply,
  ServerFrame,
  Since,
  StateData,
  StateEntry,
  StateFrame,
  StateRequest,
  SubscribeReply,
  SubscribeRequest,
  SystemStatus,
  Welcome,
} from './protocol.gen.js';

import type { Issue as IssueShape, Analysis as RunShape } from './protocol.gen.js';

/** Servers before baselines leave the last field out. */
export type Issue = IssueShape & { since_baseline?: 'new' | 'known' | null };

/** Servers before baselines leave the last field out. */
export type Analysis = RunShape & { baseline?: string | null };

export const PROTOCOL = 1;
export const SUBPROTOCOL = 'v1.jupyter-realtime';
