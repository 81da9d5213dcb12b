/** A document's code with its threads, by a widget's connection; read anew whenever it is saved. */

import { useEffect, useMemo, useState } from 'react';

import type { CodeCell } from '../../core/code-source.js';
import type { CommentHands } from '../../core/comment-hands.js';
import type { Connection } from '../../core/connection.js';
import type { DocumentRef } from '../../core/document-paths.js';
import { pageThreads } from '../../core/page.js';
import type { LoggedEvent } from '../../core/protocol.js';
import { keyOf, NO_THREADS } from '../../core/threads.js';
import { Banner, Hint } from '../../ui/Banner.js';
import { CodeReview } from '../../ui/CodeReview.js';
import { Connected } from '../../ui/Connected.js';
import { ConnectionDot } from '../../ui/ConnectionDot.js';
import { errorText } from '../../ui/error-words.js';
import { useFollow, useLatest, useStore } from '../../ui/hooks.js';
import { ErrorFace } from '../../ui/LiveFace.js';
import { useStrings } from '../../ui/translator.js';
import { VERSION } from '../../ui/version.js';

interface Props {
  connection: Connection;
  path: string;
  read: () => Promise<CodeCell[]>;
  hands: CommentHands | null;
}

export function ReviewView({ connection, path, read, hands }: Props) {
  const trans = useStrings();
  const state = useStore(connection.store);
  const { document, cells, problem, again } = useCode(connection, path, read);
  return (
    <Connected state={state}>
      <div className="jrt-review" data-jrt-review={path}>
        <Banner state={state} version={VERSION} />
        <Hint state={state} />
        <div className="jrt-comments-head">
          <h2 className="jrt-comments-title">{path}</h2>
          <ConnectionDot state={state} onWake={() => connection.wake()} />
        </div>
        {problem !== null && (
          <ErrorFace words={trans.__('Not loaded: %1', problem)} onRetry={again} />
        )}
        {document && cells ? (
          <Review connection={connection} document={document} cells={cells} hands={hands} />
        ) : (
          problem === null && (
            <p className="jrt-face jrt-face-loading">{trans.__('Loading the code…')}</p>
          )
        )}
      </div>
    </Connected>
  );
}

interface ReviewProps extends Pick<Props, 'connection' | 'hands'> {
  document: DocumentRef;
  cells: readonly CodeCell[];
}

function Review({ connection, document, cells, hands }: ReviewProps) {
  const trans = useStrings();
  const threads = useMemo(() => pageThreads(connection), [connection]);
  const query = { document: document.id };
  const key = keyOf(query);
  useFollow(() => threads.open(document.project, query), key);
  const { lists, roles } = useStore(threads.store);
  const list = lists[key] ?? NO_THREADS;
  return (
    <>
      {list.error !== null && (
        <ErrorFace
          words={trans.__('Not loaded: %1', errorText(list.error, trans))}
          onRetry={() => threads.retry(query)}
        />
      )}
      <CodeReview
        project={document.project}
        document={document.id}
        cells={cells}
        items={list.items}
        threads={threads}
        hands={hands}
        me={connection.store.getState().user?.name ?? null}
        role={roles[document.project] ?? 'viewer'}
      />
    </>
  );
}

/** The document at a path, and what stands in it. */
function useCode(connection: Connection, path: string, readCode: Props['read']) {
  const [document, setDocument] = useState<DocumentRef | null>(null);
  const [cells, setCells] = useState<readonly CodeCell[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState(0);
  const latest = useLatest({ trans: useStrings(), readCode });
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again by hand.
  useEffect(() => {
    let isGone = false;
    const read = async () => {
      try {
        const found = await connection.rest.put<DocumentRef>('documents', { path });
        const code = await latest.current.readCode();
        if (!isGone) {
          setDocument(found);
          setCells(code);
          setProblem(null);
        }
      } catch (error) {
        if (!isGone) {
          setProblem(errorText(error, latest.current.trans));
        }
      }
    };
    void read();
    return () => {
      isGone = true;
    };
  }, [connection, path, asked, latest]);
  const project = document?.project ?? null;
  const within = document?.path ?? null;
  useFollow(
    project === null
      ? null
      : () =>
          connection.subscribe(`project:${project}`, {
            onEvent: event => isSaved(event, within) && setAsked(count => count + 1),
          }),
    project === null ? null : `${project} ${within}`,
  );
  return { document, cells, problem, again: () => setAsked(count => count + 1) };
}

function isSaved(event: LoggedEvent, path: string | null): boolean {
  return (
    event.event === 'project:update' &&
    event.data.path === path &&
    (event.data.kind === 'saved' || event.data.kind === 'anchors')
  );
}
