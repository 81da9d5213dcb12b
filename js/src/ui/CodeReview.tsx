/** The code of a document with its threads, like a review: each thread below the line in which it ends. */

import { type ReactNode, useMemo, useState } from 'react';

import { rangeIn } from '../core/anchor-place.js';
import { codePointsOf } from '../core/code-points.js';
import { type CodeCell, lastLineOf } from '../core/code-source.js';
import type { CommentHands } from '../core/comment-hands.js';
import type { OwnThread, Place, Role, Threads } from '../core/threads.js';
import { Choice } from './Choice.js';
import { CommentEditor } from './CommentEditor.js';
import { ThreadCard, useServices } from './ThreadCard.js';
import { cellText } from './thread-words.js';
import { useStrings } from './translator.js';

export interface CodeReviewProps {
  project: string;
  document: string;
  cells: readonly CodeCell[];
  items: readonly OwnThread[];
  threads: Threads;
  hands: CommentHands | null;
  me: string | null;
  role: Role;
}

type Show = 'all' | 'commented';

/** Threads of a cell, by the line below which they are shown; -1: at its head. */
type ByLine = ReadonlyMap<number, readonly OwnThread[]>;
const WHOLE = -1;

export function CodeReview(props: CodeReviewProps) {
  const { cells, items } = props;
  const trans = useStrings();
  const [show, setShow] = useState<Show>('all');
  const [state, setState] = useState<'open' | 'all'>('open');
  // What was open here when it was resolved stays, so that nothing goes from under the hand.
  const [sticky] = useState(() => new Set<string>());
  const shown = items.filter(one => state === 'all' || one.state === 'open' || sticky.has(one.id));
  for (const { id } of shown) {
    sticky.add(id);
  }
  const { byCell, elsewhere } = useMemo(() => placed(cells, shown), [cells, shown]);
  return (
    <>
      <div className="jrt-comments-tools">
        <Choice
          label={trans.__('Which code')}
          value={show}
          options={[
            ['all', trans.__('All code')],
            ['commented', trans.__('Only with threads')],
          ]}
          onChange={setShow}
        />
        <Choice
          label={trans.__('Which threads')}
          value={state}
          options={[
            ['open', trans.__('Open threads')],
            ['all', trans.__('All threads')],
          ]}
          onChange={setState}
        />
        <span className="jrt-note" role="status">
          {trans._n('%1 thread', '%1 threads', shown.length)}
        </span>
      </div>
      <div className="jrt-review-cells">
        {elsewhere.length > 0 && (
          <section className="jrt-review-threads" aria-label={trans.__('About the whole, or lost')}>
            <Cards {...props} items={elsewhere} />
          </section>
        )}
        {cells.map((cell, at) => {
          const lines = byCell.get(at) ?? new Map();
          return show === 'commented' && lines.size === 0 ? null : (
            <Cell key={cell.id ?? at} {...props} cell={cell} at={at} lines={lines} />
          );
        })}
      </div>
    </>
  );
}

function placed(cells: readonly CodeCell[], items: readonly OwnThread[]) {
  const byCell = new Map<number, Map<number, OwnThread[]>>();
  const elsewhere: OwnThread[] = [];
  for (const thread of items) {
    const { anchor } = thread;
    const at = cells.findIndex(({ id }) => id === anchor.cell_id);
    const cell = cells[at];
    if (!cell || anchor.scope === 'document') {
      elsewhere.push(thread);
      continue;
    }
    const range = rangeIn(cell.text, anchor);
    const line = range ? lastLineOf(cell.text, range) : WHOLE;
    const lines = byCell.get(at) ?? new Map<number, OwnThread[]>();
    byCell.set(at, lines.set(line, [...(lines.get(line) ?? []), thread]));
  }
  return { byCell, elsewhere };
}

type CellProps = CodeReviewProps & { cell: CodeCell; at: number; lines: ByLine };

function Cell(props: CellProps) {
  const { cell, at, lines, role, document } = props;
  const trans = useStrings();
  // On which line something is being written; WHOLE: on the cell.
  const [writing, setWriting] = useState<number | null>(null);
  const texts = cell.text.replace(/\n+$/, '').split('\n');
  const mayWrite = role !== 'viewer';
  const below = (line: number): ReactNode => (
    <>
      {lines.has(line) && (
        <div className="jrt-review-threads">
          <Cards {...props} items={lines.get(line) ?? []} />
        </div>
      )}
      {writing === line && (
        <div className="jrt-review-threads">
          <NewThread
            {...props}
            place={placeOf(document, cell, at, texts, line)}
            onDone={() => setWriting(null)}
          />
        </div>
      )}
    </>
  );
  const name = cell.kind === 'file' ? trans.__('The file') : cellText(at, trans);
  return (
    <section className="jrt-review-cell" aria-label={name} data-jrt-review-cell={at}>
      <div className="jrt-review-head">
        {name}
        {mayWrite && (
          <button type="button" className="jrt-link" onClick={() => setWriting(WHOLE)}>
            {trans.__('Comment')}
          </button>
        )}
      </div>
      {below(WHOLE)}
      <ol className="jrt-review-code">
        {texts.map((text, line) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one text have no other name.
          <li key={line}>
            <div className="jrt-review-line" data-jrt-threads={lines.get(line)?.length}>
              {mayWrite ? (
                <button
                  type="button"
                  className="jrt-review-add"
                  tabIndex={-1}
                  aria-label={trans.__('Comment on line %1', line + 1)}
                  title={trans.__('Comment on line %1', line + 1)}
                  onClick={() => setWriting(line)}
                >
                  +
                </button>
              ) : (
                <span />
              )}
              <span className="jrt-review-number" aria-hidden="true">
                {line + 1}
              </span>
              <code className="jrt-review-text">{text}</code>
            </div>
            {below(line)}
          </li>
        ))}
      </ol>
    </section>
  );
}

function placeOf(
  document: string,
  { id, kind, text }: CodeCell,
  at: number,
  lines: readonly string[],
  line: number,
): Place {
  const before = lines.slice(0, line).map(it => `${it}\n`);
  const start = line === WHOLE ? null : codePointsOf(before.join(''));
  return {
    document,
    cell_id: id,
    cell_index: kind === 'file' ? null : at,
    source: text,
    start,
    end: start === null ? null : start + codePointsOf(lines[line] ?? ''),
  };
}

function Cards(props: CodeReviewProps) {
  const { items, threads, hands, me, role } = props;
  return (
    <>
      {items.map(thread => (
        <ThreadCard key={thread.id} {...{ thread, threads, hands, me, role }} />
      ))}
    </>
  );
}

function NewThread(props: CellProps & { place: Place; onDone: () => void }) {
  const { document, project, place, threads, onDone } = props;
  const trans = useStrings();
  const services = useServices(threads, document);
  const { cell_id, start, end, source } = place;
  const code =
    start === null
      ? null
      : Array.from(source)
          .slice(start, end ?? undefined)
          .join('');
  return (
    <CommentEditor
      draft={`new:${document}:${cell_id ?? ''}:${start ?? ''}`}
      label={trans.__('Your comment')}
      placeholder={trans.__('What is there to say? Markdown, @name…')}
      send={trans.__('Comment')}
      services={services}
      code={code}
      autoFocus
      onSend={(body, key) => threads.begin(project, place, body, { key })}
      onDone={onDone}
      onCancel={onDone}
    />
  );
}
