import { useRoom, useSocket } from 'jupyter-realtime';

/** What everybody's trainings report, live, and a button that tells the others to have a look. */
export function Losses({ project }: { project: string }) {
  const room = `project:${project}`;
  const { status, publish } = useSocket();
  const { events, ready, recovered } = useRoom(room, { since: 'earliest' });
  const losses = events.filter(({ event }) => event === 'custom:loss');
  if (!ready) {
    return <p>{status === 'online' ? 'Loading…' : 'Waiting for the server…'}</p>;
  }
  return (
    <section>
      {!recovered && <p>Older values are kept no more.</p>}
      <ol>
        {losses.map(({ id, actor, data }) => (
          <li key={id}>
            {actor.display_name}: {String(data)}
          </li>
        ))}
      </ol>
      <button type="button" onClick={() => publish(room, 'custom:look', losses.length)}>
        Have a look
      </button>
    </section>
  );
}
