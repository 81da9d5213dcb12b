import { usePresence } from 'jupyter-realtime';

/** Who else is in a project, and in which file. */
export function Who({ project }: { project: string }) {
  const { others, ready } = usePresence(project);
  if (!ready) {
    return <p>Looking…</p>;
  }
  return (
    <ul>
      {others.map(({ user, status, path }) => (
        <li key={user.name}>
          {user.display_name}: {status} {path}
        </li>
      ))}
    </ul>
  );
}
