/** The wire's shapes, generated from Python's structs, under the names that the code here uses. */

export type {
  Actor,
  Analysis,
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
  Issue,
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

export const PROTOCOL = 1;
export const SUBPROTOCOL = 'v1.jupyter-realtime';
