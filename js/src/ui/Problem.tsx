/** Why something that a person wanted did not happen. */

export function Problem({ words }: { words: string | null }) {
  return words === null ? null : (
    <p className="jrt-note jrt-note-error" role="alert">
      {words}
    </p>
  );
}
