/** What other front ends build upon: hooks for React and Preact, and the connection that they share. */

export type { RunView } from './core/analyses.js';
export type { Connection, ConnectionOptions, ConnectionState, Status } from './core/connection.js';
export type {
  Arrivals,
  Box,
  Notification,
  Query,
} from './core/notifications.js';
export { RequestError } from './core/outbox.js';
export type { Present } from './core/present.js';
export type {
  Actor,
  ErrorBody,
  LoggedEvent,
  Position,
  Since,
  StateEntry,
} from './core/protocol.js';
export type { RoomView } from './core/room-feed.js';
export { connect, RealtimeProvider } from './hooks/page.js';
export { useAnalysis } from './hooks/useAnalysis.js';
export { type Inbox, useNotifications } from './hooks/useNotifications.js';
export { type PresenceView, usePresence } from './hooks/usePresence.js';
export { type RoomOptions, useRoom } from './hooks/useRoom.js';
export { type Socket, useSocket } from './hooks/useSocket.js';
