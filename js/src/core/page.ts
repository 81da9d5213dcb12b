/** One connection a page, shared by the sidebar and all widgets, whichever of them comes first. */

import { Analyses } from './analyses.js';
import { Catalogue } from './catalogue.js';
import type { CommentHands } from './comment-hands.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { DocumentPaths } from './document-paths.js';
import type { IssueHands } from './hands.js';
import { Notifications } from './notifications.js';
import { PreferenceBook } from './preferences.js';
import { Presence } from './presence.js';
import { Push } from './push.js';
import { Threads } from './threads.js';
import { Triage } from './triage.js';

const KEY = Symbol.for('jupyter_realtime/1');

/**
 * What views share. Each is made by whoever asks for it first, so that a bundle carries only what it uses
 * itself, whichever bundle has made the page.
 */
interface Parts {
  analyses?: Analyses;
  triage?: Triage;
  catalogue?: Catalogue;
  notifications?: Notifications;
  threads?: Threads;
  preferences?: PreferenceBook;
  presence?: Presence;
  documents?: DocumentPaths;
  push?: Push;
}

interface Page extends Parts {
  connection: Connection;
  /** What JupyterLab can do to documents, once it is there. */
  hands: IssueHands | null;
  /** What it can do to the code of threads; missing where an older bundle has made the page. */
  commentHands?: CommentHands | null;
  /** The ids of a run's issues as all views of this page hold them, in order: for tests and tools. */
  issueIds(run: string): string[];
}

type Holder = { [KEY]?: Page };

/** Get the page's connection; the first caller's options count. */
export function pageConnection(options: ConnectionOptions): Connection {
  const holder = globalThis as Holder;
  holder[KEY] ??= makePage(options);
  return holder[KEY].connection;
}

/** Of connections that are not the page's: to another server, or through a kernel. */
const others = new WeakMap<Connection, Parts>();

function partsOf(connection: Connection): Parts {
  const known = (globalThis as Holder)[KEY];
  if (known?.connection === connection) {
    return known;
  }
  const parts = others.get(connection) ?? {};
  others.set(connection, parts);
  return parts;
}

/** What this page knows of analyses; one picture for all views. */
export function pageAnalyses(connection: Connection): Analyses {
  const parts = partsOf(connection);
  parts.analyses ??= new Analyses(connection);
  return parts.analyses;
}

/** What people decide about issues; one picture for all views. */
export function pageTriage(connection: Connection): Triage {
  const parts = partsOf(connection);
  parts.triage ??= new Triage(connection);
  return parts.triage;
}

/** What the server's detectors look for. */
export function pageCatalogue(connection: Connection): Catalogue {
  const parts = partsOf(connection);
  parts.catalogue ??= new Catalogue(connection);
  return parts.catalogue;
}

/** How the person of this page wants to be told; one picture for all views. */
export function pagePreferences(connection: Connection): PreferenceBook {
  const parts = partsOf(connection);
  parts.preferences ??= new PreferenceBook(connection);
  return parts.preferences;
}

/** Pushes in this browser; one picture for all views. */
export function pagePush(connection: Connection): Push {
  const parts = partsOf(connection);
  parts.push ??= new Push(connection.rest, connection.prefix);
  return parts.push;
}

/** Who is in projects; one picture for all views. */
export function pagePresence(connection: Connection): Presence {
  const parts = partsOf(connection);
  parts.presence ??= new Presence(connection);
  return parts.presence;
}

/** Which files documents are. */
export function pageDocuments(connection: Connection): DocumentPaths {
  const parts = partsOf(connection);
  parts.documents ??= new DocumentPaths(connection);
  return parts.documents;
}

/** What this page's person is told; one picture for all views. */
export function pageNotifications(connection: Connection): Notifications {
  const parts = partsOf(connection);
  parts.notifications ??= new Notifications(connection);
  return parts.notifications;
}

/** The comments of documents and projects; one picture for all views. */
export function pageThreads(connection: Connection): Threads {
  const parts = partsOf(connection);
  parts.threads ??= new Threads(connection);
  return parts.threads;
}

/** JupyterLab says that it can mend documents: for the panel, and for widgets that know nothing of it. */
export function offerHands(hands: IssueHands): void {
  const known = (globalThis as Holder)[KEY];
  if (known) {
    known.hands = hands;
  }
}

export function pageHands(): IssueHands | null {
  return (globalThis as Holder)[KEY]?.hands ?? null;
}

/** JupyterLab says what it can do to the code of threads. */
export function offerCommentHands(hands: CommentHands): void {
  const known = (globalThis as Holder)[KEY];
  if (known) {
    known.commentHands = hands;
  }
}

export function pageCommentHands(): CommentHands | null {
  return (globalThis as Holder)[KEY]?.commentHands ?? null;
}

function makePage(options: ConnectionOptions): Page {
  const page: Page = {
    connection: new Connection(options),
    hands: null,
    issueIds: run =>
      (page.analyses?.store.getState().runs[run]?.issues ?? []).map(issue => issue.id),
  };
  return page;
}

/** The address of our routes on a page that a Jupyter server has made; null on any other. */
export function prefixFromPage(document: Document): string | null {
  const config = document.getElementById('jupyter-config-data')?.textContent;
  if (!config) {
    return null;
  }
  try {
    const baseUrl = String(JSON.parse(config).baseUrl ?? '/');
    return new URL('realtime/', new URL(baseUrl, document.baseURI)).href;
  } catch {
    return null;
  }
}
