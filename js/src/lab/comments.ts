/** The plugin of comments: in editors, beside the code, in a panel, and by commands. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry, Notification } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { createStore } from 'zustand/vanilla';

import { offerCommentHands, pageDocuments, pageThreads } from '../core/page.js';
import type { OwnThread } from '../core/threads.js';
import type { CommentsPlace } from '../ui/CommentsPanel.js';
import { forgetOldDrafts } from '../ui/comment-drafts.js';
import { errorText } from '../ui/error-words.js';
import { VERSION } from '../ui/version.js';
import { CommentCard } from './comment-card.js';
import { CommentDocuments, type OpenDocument } from './comment-documents.js';
import { COMMENTS_ID, CommentsPanelWidget, createCommentCount } from './comment-panel.js';
import { type Chosen, hereIn, wholeOf } from './commenting.js';
import { connect } from './connect.js';
import { addToDocuments } from './documents.js';
import { Front } from './front.js';
import { commentIcon } from './icon.js';
import { LineageWatch } from './lineage.js';
import { onOpenThread } from './open-event.js';
import { isNotebook } from './pieces.js';
import { cursorOf, nextPlace } from './stepping.js';
import { ThreadOpener } from './thread-opener.js';

export const CommentCommands = {
  show: 'jupyter-realtime:show-comments',
  comment: 'jupyter-realtime:comment',
  document: 'jupyter-realtime:comment-document',
  next: 'jupyter-realtime:next-thread',
  previous: 'jupyter-realtime:previous-thread',
} as const;

export const comments: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-realtime:comments',
  description: 'Threads of comments on code.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    IDefaultFileBrowser,
    IEditorExtensionRegistry,
    IToolbarWidgetRegistry,
  ],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    editors: IEditorExtensionRegistry | null,
    toolbars: IToolbarWidgetRegistry | null,
  ) => {
    forgetOldDrafts();
    const trans = (translator ?? nullTranslator).load('jupyter_realtime');
    const connection = connect(app.serviceManager.serverSettings);
    const [threads, paths] = [pageThreads(connection), pageDocuments(connection)];
    const front = new Front({ app, documents, browser, connection, paths });
    const onProblem = (error: unknown) => {
      Notification.error(errorText(error, trans), { autoClose: 8000 });
    };
    const showPanel = () => app.shell.activateById(COMMENTS_ID);
    // Before it is known nobody is kept from writing: the server decides, and a refused text is kept.
    const mayWrite = (project: string) => threads.store.getState().roles[project] !== 'viewer';

    const place = createStore<CommentsPlace>(() => ({
      project: null,
      document: null,
      chosen: null,
    }));
    const choose = (chosen: string | null) => {
      place.setState({ chosen });
      open.marks.highlight(chosen);
    };
    const open: CommentDocuments = new CommentDocuments({
      connection,
      threads,
      paths,
      events: {
        words: count => trans._n('%1 thread', '%1 threads', count),
        offer: trans.__('Comment'),
        onOpen: (document, ids) => opener.showCard(document, ids, false),
        onComment: document => begin(document, hereIn(document)),
        mayComment: ({ project }) => mayWrite(project),
      },
    });
    const opener = new ThreadOpener({
      ...{ app, documents, comments: open, trans, onProblem },
      pathOf: document => front.pathOf(document),
    });
    const card = new CommentCard(
      {
        ...{ connection, threads, hands: opener, onChosen: choose },
        focusDocument: document => open.byId(document)?.widget.content.activate(),
      },
      trans,
    );
    opener.card = card;
    Widget.attach(card, document.body);
    offerCommentHands(opener);

    /** Begin a thread: in a card beside what it is about. */
    const begin = (at: OpenDocument, what: Chosen, issue: string | null = null) => {
      const { cell_index, start } = what.place;
      const range = start === null || !what.piece ? null : rangeOf(what);
      const where = opener.anchorage(
        at,
        () => what.piece && { piece: what.piece, at: cell_index ?? 0, range },
      );
      card.reveal({
        kind: 'new',
        document: at.document,
        place: what.place,
        quote: what.quote,
        where,
        issue,
      });
    };
    opener.begin = begin;
    const current = () =>
      open.of(app.shell.currentWidget) ?? open.of(front.store.getState().widget);
    const beginHere = (how: (at: OpenDocument) => Chosen) => {
      const at = current();
      if (at && !mayWrite(at.document.project)) {
        Notification.info(trans.__('You may only read the comments of this project.'), {
          autoClose: 5000,
        });
      } else if (at) {
        begin(at, how(at));
      }
    };

    const panel = new CommentsPanelWidget(
      {
        ...{ version: VERSION, connection: connection.store, threads, place },
        hands: opener.leading(),
        onComment: () => beginHere(hereIn),
        onChoose: choose,
        wake: () => connection.wake(),
      },
      trans,
    );
    app.shell.add(panel, 'right', { rank: 892 });
    restorer?.add(panel, COMMENTS_ID);

    if (editors) {
      open.marks.register(editors);
    }
    addToDocuments(app, [
      widget => open.watch(widget as IDocumentWidget<Widget>),
      widget =>
        isNotebook(widget) &&
        new LineageWatch(widget, connection.rest, () => open.of(widget)?.document.id ?? null),
    ]);
    toolbars?.addFactory<NotebookPanel>('Notebook', 'jupyter-realtime-comments', notebook =>
      createCommentCount(notebook, open, trans, showPanel),
    );
    followFront(front, place, connection.rest);
    onOpenThread(id => {
      const known = threads.get(id);
      const found = known
        ? Promise.resolve(known)
        : connection.rest.get<OwnThread>(`threads/${encodeURIComponent(id)}`);
      found.then(thread => opener.show(thread, true)).catch(onProblem);
    });

    const step = async (by: 1 | -1) => {
      const at = current();
      const steps = (at ? open.places(at) : [])
        .filter(({ thread }) => thread.state === 'open')
        .map(one => ({ ...one, range: one.range ?? { from: 0, to: 0 } }));
      // From the one that is shown; else from where the cursor is.
      const shown = steps.findIndex(({ thread }) => thread.id === place.getState().chosen);
      const next =
        shown >= 0
          ? steps[(shown + by + steps.length) % steps.length]
          : at && nextPlace(steps, cursorOf(at.widget), by);
      if (next) {
        await opener.show(next.thread);
      }
    };
    addCommands(app, palette, trans, {
      show: showPanel,
      comment: () => beginHere(hereIn),
      document: () => beginHere(wholeOf),
      next: () => void step(1).catch(onProblem),
      previous: () => void step(-1).catch(onProblem),
      isHere: () => current() !== null,
    });
    open.onChange(() => {
      for (const id of [CommentCommands.comment, CommentCommands.document]) {
        app.commands.notifyCommandChanged(id);
      }
    });
  },
};

function rangeOf({ piece, place, quote }: Chosen): { from: number; to: number } {
  const from = Array.from(place.source)
    .slice(0, place.start ?? 0)
    .join('').length;
  return piece ? { from, to: from + quote.length } : { from: 0, to: 0 };
}

/** The panel shows the document in front, and its project. */
function followFront(
  front: Front,
  place: { setState: (state: Partial<CommentsPlace>) => void },
  rest: { get: <T>(path: string) => Promise<T> },
): void {
  const names = new Map<string, string>();
  const look = async () => {
    const { document, project } = front.store.getState();
    const id = document?.project ?? project;
    if (id !== null && !names.has(id)) {
      const found = await rest.get<{ name: string }>(`projects/${encodeURIComponent(id)}`);
      names.set(id, found.name);
    }
    const now = front.store.getState();
    if (now.document === document && now.project === project) {
      place.setState({
        project: id === null ? null : { id, name: names.get(id) ?? '' },
        document: document && { id: document.id, path: document.path },
      });
    }
  };
  // Without an answer the next move asks again.
  front.store.subscribe(() => void look().catch(() => {}));
}

interface Acts {
  show: () => void;
  comment: () => void;
  document: () => void;
  next: () => void;
  previous: () => void;
  isHere: () => boolean;
}

function addCommands(
  { commands }: JupyterFrontEnd,
  palette: ICommandPalette | null,
  trans: TranslationBundle,
  acts: Acts,
): void {
  commands.addCommand(CommentCommands.show, {
    label: trans.__('Show Comments'),
    caption: trans.__('Show the threads of this document, or of the project'),
    icon: commentIcon,
    execute: acts.show,
  });
  commands.addCommand(CommentCommands.comment, {
    label: trans.__('Comment…'),
    caption: trans.__('On what is selected, else on the cell or the file'),
    icon: commentIcon,
    isEnabled: acts.isHere,
    execute: acts.comment,
  });
  commands.addCommand(CommentCommands.document, {
    label: trans.__('Comment on the Whole Document…'),
    isEnabled: acts.isHere,
    execute: acts.document,
  });
  commands.addCommand(CommentCommands.next, {
    label: trans.__('Go to Next Thread'),
    execute: acts.next,
  });
  commands.addCommand(CommentCommands.previous, {
    label: trans.__('Go to Previous Thread'),
    execute: acts.previous,
  });
  for (const command of Object.values(CommentCommands)) {
    palette?.addItem({ command, category: trans.__('Comments') });
  }
}
