import { useRoom, useSocket } from 'jupyter-realtime';
import { useEffect } from 'react';

/** Pins a state of one's own while it is shown, and shows everybody's. */
export function Here({ project }: { project: string }) {
  const room = `project:${project}`;
  const { pin } = useSocket();
  const { states } = useRoom(room);
  useEffect(() => pin(room, 'progress:here', 'me', { since: Date.now() }), [pin, room]);
  const here = states.filter(({ event }) => event === 'progress:here');
  return <p>{here.map(({ actor }) => actor.display_name).join(', ')}</p>;
}
