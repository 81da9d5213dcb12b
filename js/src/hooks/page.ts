/** Which connection the hooks use: the page's one, unless a provider above says otherwise. */

import { createContext, useContext } from 'react';

import type { Connection, ConnectionOptions } from '../core/connection.js';
import { pageConnection, prefixFromPage } from '../core/page.js';

const ConnectionContext = createContext<Connection | null>(null);

/** Gives the hooks below it another connection than the page's own. */
export const RealtimeProvider = ConnectionContext.Provider;

/**
 * The page's connection, made if nobody has made it yet. Without options it leads to the Jupyter server
 * that has made the page; any other page says where its server is.
 */
export function connect(options?: ConnectionOptions): Connection {
  const prefix = options?.prefix ?? prefixFromPage(document);
  if (prefix === null) {
    throw new Error(
      'No Jupyter server has made this page. Call connect({ prefix: "https://…/realtime/" }) first.',
    );
  }
  return pageConnection({ ...options, prefix });
}

export function useConnection(): Connection {
  return useContext(ConnectionContext) ?? connect();
}
