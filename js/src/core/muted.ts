/** What is muted, by name: preferences know ids only. */

import type { Connection } from './connection.js';

export interface Muted {
  kind: 'project' | 'document';
  name: string;
}

type Ask = Pick<Connection, 'rest'>;

/** Find the names of projects and documents; what is gone, or may not be seen, has none. */
export async function mutedNames(
  { rest }: Ask,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Muted>> {
  const found = await Promise.all(ids.map(async id => [id, await nameOf({ rest }, id)] as const));
  return new Map(found.flatMap(([id, muted]) => (muted ? [[id, muted] as const] : [])));
}

async function nameOf({ rest }: Ask, id: string): Promise<Muted | null> {
  const at = encodeURIComponent(id);
  const project = await rest.get<{ name: string }>(`projects/${at}`).catch(() => null);
  if (project !== null) {
    return { kind: 'project', name: project.name };
  }
  const document = await rest.get<{ path: string }>(`documents/${at}`).catch(() => null);
  return document && { kind: 'document', name: document.path };
}
