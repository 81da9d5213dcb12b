/** What is muted, by name: preferences know ids only. */

import type { Connection } from './connection.js';
import type { Notification } from './notification-rows.js';

export interface Muted {
  kind: 'project' | 'thread';
  name: string;
}

interface Page<Row> {
  items: Row[];
}

const AT_MOST = 1000;

/**
 * Find the names of projects, and of threads by what was told of them last; what is gone, or may not be
 * seen, has none.
 */
export async function mutedNames(
  { rest }: Pick<Connection, 'rest'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Muted>> {
  const found = new Map<string, Muted>();
  const wanted = new Set(ids);
  const projects = await rest.get<Page<{ id: string; name: string }>>(`projects?limit=${AT_MOST}`);
  for (const { id, name } of projects.items) {
    found.set(id, { kind: 'project', name });
  }
  if (ids.some(id => !found.has(id))) {
    const path = `notifications?box=all&limit=${AT_MOST}`;
    const told = await rest.get<Page<Notification>>(path);
    for (const { thread, title } of told.items) {
      if (thread !== null && !found.has(thread)) {
        found.set(thread, { kind: 'thread', name: title });
      }
    }
  }
  return new Map([...found].filter(([id]) => wanted.has(id)));
}
