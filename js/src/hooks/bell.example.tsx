import { useNotifications } from 'jupyter-realtime';

/** What I was told and have not read, the newest first, and how to be done with it. */
export function Bell() {
  const { items, unread, loaded, denied, archive, readAll } = useNotifications({ box: 'unread' });
  if (!loaded) {
    return <p>{denied ?? 'Loading…'}</p>;
  }
  return (
    <section>
      <h2>{unread} unread</h2>
      <ul>
        {items.map(({ id, title, action_url }) => (
          <li key={id}>
            <a href={action_url ?? '#'}>{title}</a>
            <button type="button" onClick={() => archive([id])}>
              Done
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => readAll()}>
        All read
      </button>
    </section>
  );
}
