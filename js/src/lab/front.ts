/**
 * The document in front, with its id and its project; where none is, the project of the file browser's folder.
 *
 * A panel at the side comes to the front when it is clicked: what counts is the document before it.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Widget } from '@lumino/widgets';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from '../core/connection.js';
import type { DocumentPaths, DocumentRef } from '../core/document-paths.js';
import { nearest, type Project, withoutDrive } from './targets.js';

export interface FrontState {
  widget: IDocumentWidget<Widget> | null;
  /** Null until it is known, and where there is none. */
  document: DocumentRef | null;
  project: string | null;
}

interface Parts {
  app: JupyterFrontEnd;
  documents: IDocumentManager;
  browser: IDefaultFileBrowser | null;
  connection: Connection;
  paths: DocumentPaths;
}

export class Front {
  readonly store: StoreApi<FrontState> = createStore<FrontState>(() => ({
    widget: null,
    document: null,
    project: null,
  }));
  private asked = 0;
  private projects: readonly Project[] = [];

  constructor(private readonly parts: Parts) {
    const { app, browser, connection } = parts;
    app.shell.currentChanged?.connect(() => this.turn());
    browser?.model.pathChanged.connect(() => this.look());
    connection.store.subscribe((state, before) => {
      if (state.status === 'online' && before.status !== 'online') {
        this.look();
      }
    });
    void app.restored.then(() => this.turn());
  }

  /** Where a document is, from the server's root. */
  async pathOf({ project, path }: Pick<DocumentRef, 'project' | 'path'>): Promise<string> {
    const known = () => this.projects.find(({ id }) => id === project);
    if (!known()) {
      await this.list('');
    }
    const root = known()?.root ?? '';
    return root === '' ? path : `${root}/${path}`;
  }

  private turn(): void {
    const { app, documents } = this.parts;
    const current = app.shell.currentWidget;
    const { widget } = this.store.getState();
    const isDocument = current !== null && documents.contextForWidget(current) !== undefined;
    if (isDocument) {
      this.show(current as IDocumentWidget<Widget>);
    } else if (current === null || widget?.isDisposed) {
      this.show(null);
    } else {
      this.look();
    }
  }

  private show(widget: IDocumentWidget<Widget> | null): void {
    const before = this.store.getState().widget;
    if (widget !== before) {
      before?.context?.pathChanged.disconnect(this.onPath, this);
      widget?.context.pathChanged.connect(this.onPath, this);
      // Its project is most likely the one before: nobody leaves it for a moment.
      this.store.setState({ widget, document: null });
    }
    this.look();
  }

  private onPath(): void {
    const { document } = this.store.getState();
    const path = this.path;
    if (document && path !== null) {
      this.parts.paths.renamed(document.id, path);
    }
    this.look();
  }

  private get path(): string | null {
    const { widget } = this.store.getState();
    return widget && !widget.isDisposed ? withoutDrive(widget.context.path) : null;
  }

  private look(): void {
    this.asked += 1;
    void this.find(this.asked);
  }

  private async find(asked: number): Promise<void> {
    const { path } = this;
    try {
      const document = path === null ? null : await this.parts.paths.at(path);
      const project = document?.project ?? (await this.projectHere());
      if (asked === this.asked) {
        this.store.setState({ document, project });
      }
    } catch {
      // The next move, or the next connection, asks again.
    }
  }

  private async projectHere(): Promise<string | null> {
    const folder = withoutDrive(this.parts.browser?.model.path ?? '');
    await this.list(folder);
    return nearest(this.projects, folder)?.id ?? null;
  }

  private async list(folder: string): Promise<void> {
    const query = new URLSearchParams({ path: folder, limit: '1000' });
    const { rest } = this.parts.connection;
    this.projects = (await rest.get<{ items: Project[] }>(`projects?${query}`)).items;
  }
}
