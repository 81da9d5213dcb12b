/** What a card holds: threads, or where one is begun. */

import type { OwnThread } from '../core/threads.js';
import { CommentEditor } from '../ui/CommentEditor.js';
import { ThreadCard, useServices } from '../ui/ThreadCard.js';
import { Code } from '../ui/ThreadCode.js';
import { useStrings } from '../ui/translator.js';
import type { CardParts, CommentCard, Shown } from './comment-card.js';

export interface ContentProps {
  parts: CardParts;
  shown: Shown;
  found: readonly OwnThread[];
  card: CommentCard;
}

export function CardContent({ parts, shown, found, card }: ContentProps) {
  return shown.kind === 'new' ? (
    <NewThread parts={parts} shown={shown} card={card} />
  ) : (
    <Existing parts={parts} found={found} />
  );
}

function Existing({ parts, found }: Omit<ContentProps, 'shown' | 'card'>) {
  const { threads, hands, connection } = parts;
  const me = connection.store.getState().user?.name ?? null;
  const { roles } = threads.store.getState();
  return (
    <>
      {found.map(thread => (
        <ThreadCard
          key={thread.id}
          thread={thread}
          threads={threads}
          hands={hands}
          me={me}
          role={roles[thread.project] ?? 'viewer'}
        />
      ))}
    </>
  );
}

interface NewProps {
  parts: CardParts;
  shown: Extract<Shown, { kind: 'new' }>;
  card: CommentCard;
}

function NewThread({ parts, shown, card }: NewProps) {
  const trans = useStrings();
  const { threads } = parts;
  const { document, place, quote, where, issue } = shown;
  const services = useServices(threads, document.id);
  const send = async (body: string, key: string) => {
    const made = await threads.begin(document.project, place, body, { key, issue });
    if (card.shown.getState().now === shown) {
      card.reveal({ kind: 'threads', document, ids: [made.id], where, focus: true });
    }
  };
  return (
    <>
      {quote !== '' && <Code text={quote} label={trans.__('The code that this is about')} />}
      <CommentEditor
        draft={`new:${document.id}:${place.cell_id ?? ''}${issue === null ? '' : `:${issue}`}`}
        label={trans.__('Your comment')}
        placeholder={trans.__('What is there to say? Markdown, @name…')}
        send={trans.__('Comment')}
        services={services}
        code={place.start === null ? null : quote}
        autoFocus
        onSend={send}
        onCancel={() => card.dismiss()}
      />
    </>
  );
}
