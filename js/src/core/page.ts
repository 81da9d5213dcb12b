/** One connection a page, shared by the sidebar and all widgets, whichever of them comes first. */

import { Analyses } from './analyses.js';
import { Catalogue } from './catalogue.js';
import { Connection, type ConnectionOptions } from './connection.js';
import type { IssueHands } from './hands.js';
import { Notifications } from './notifications.js';
import { PreferenceBook } from './preferences.js';
import { Triage } from './triage.js';

const KEY = Symbol.for('jupyter_realtime/1');

interface Page {
  connection: Connection;
  analyses: Analyses;
  triage: Triage;
  catalogue: Catalogue;
  notifications: Notifications;
  preferences: PreferenceBook;
  /** What JupyterLab can do to documents, once it is there. */
  hands: IssueHands | null;
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

/** What this page knows of analyses; one picture for all views. */
export function pageAnalyses(connection: Connection): Analyses {
  const known = (globalThis as Holder)[KEY];
  return known?.connection === connection ? known.analyses : new Analyses(connection);
}

/** What people decide about issues; one picture for all views. */
export function pageTriage(connection: Connection): Triage {
  const known = (globalThis as Holder)[KEY];
  return known?.connection === connection ? known.triage : new Triage(connection);
}

/** What the server's detectors look for. */
export function pageCatalogue(connection: Connection): Catalogue {
  const known = (globalThis as Holder)[KEY];
  // A page whose connection an older bundle has made knows none.
  return (known?.connection === connection && known.catalogue) || new Catalogue(connection);
}

/** How the person of this page wants to be told; one picture for all views. */
export function pagePreferences(connection: Connection): PreferenceBook {
  const known = (globalThis as Holder)[KEY];
  // See above.
  return (known?.connection === connection && known.preferences) || new PreferenceBook(connection);
}

/** What this page's person is told; one picture for all views. */
export function pageNotifications(connection: Connection): Notifications {
  const known = (globalThis as Holder)[KEY];
  // As above.
  return (known?.connection === connection && known.notifications) || new Notifications(connection);
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

function makePage(options: ConnectionOptions): Page {
  const connection = new Connection(options);
  const analyses = new Analyses(connection);
  return {
    connection,
    analyses,
    triage: new Triage(connection),
    catalogue: new Catalogue(connection),
    notifications: new Notifications(connection),
    preferences: new PreferenceBook(connection),
    hands: null,
    issueIds: run => (analyses.store.getState().runs[run]?.issues ?? []).map(issue => issue.id),
  };
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
