/**
 * What can be analysed from where the person is: this notebook, this folder, the project.
 *
 * Paths are relative to the server's root. Which project a path belongs to is asked of the server once
 * a path; the answer is kept.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Widget } from '@lumino/widgets';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from '../core/connection.js';
import type { Baseline } from '../core/triage.js';
import type { TargetsState } from '../ui/AnalysisPanel.js';
import type { Target, TargetKind } from '../ui/TargetChoice.js';
import type { Strings } from '../ui/translator.js';

export interface Project {
  id: string;
  name: string;
  /** Relative to the server's root; empty if it is the same. */
  root: string;
}

interface Place {
  /** The document that is open in front, or null. */
  document: string | null;
  /** The folder of what is open in front, else of the file browser. */
  folder: string;
}

export class Targets {
  readonly store: StoreApi<TargetsState>;
  private readonly projects = new Map<string, Promise<Project>>();
  private known: readonly Project[] = [];
  private wanted: TargetKind = 'notebook';
  private place: Place = { document: null, folder: '' };
  private project: Project | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly trans: Strings,
    private readonly onProject: (project: Project) => void,
  ) {
    this.store = createStore<TargetsState>(() => ({
      ...this.state(),
      loaded: false,
      baselines: [],
      baseline: '',
    }));
  }

  /** The person is somewhere else now. */
  moveTo(place: Place): void {
    if (place.document === this.place.document && place.folder === this.place.folder) {
      return;
    }
    this.place = place;
    this.show();
    void this.find();
  }

  choose(kind: TargetKind): void {
    this.wanted = kind;
    this.show();
  }

  /** The project of the present place, once it is known. */
  get present(): Project | null {
    return this.project;
  }

  /** The runs of the project have arrived. */
  loaded(): void {
    this.store.setState({ loaded: true });
  }

  /** The baselines that people have named. */
  offer(project: string, baselines: readonly Baseline[]): void {
    if (project === this.project?.id) {
      const { baseline } = this.store.getState();
      const isThere = baselines.some(({ name }) => name === baseline);
      this.store.setState({ baselines, baseline: isThere ? baseline : '' });
    }
  }

  chooseBaseline(baseline: string): void {
    this.store.setState({ baseline });
  }

  /** What the next run is compared with, beside the run before. */
  comparison(): { baseline?: string } {
    const { baseline } = this.store.getState();
    return baseline === '' ? {} : { baseline };
  }

  /** The paths of a target, and the project that they are relative to. */
  async paths(kind: TargetKind): Promise<{ paths: string[]; project?: string }> {
    if (kind === 'project') {
      const project = await this.projectOf(this.place);
      return { paths: [''], project: project.id };
    }
    return { paths: [kind === 'notebook' ? (this.notebook ?? '') : this.place.folder] };
  }

  /** The project of a file. */
  projectOfFile(path: string): Promise<Project> {
    return this.projectOf({ document: path, folder: folderOf(path) });
  }

  /** A project by its id. */
  async byId(id: string): Promise<Project | undefined> {
    const found = () => this.known.find(project => project.id === id);
    if (!found()) {
      await this.list();
    }
    return found();
  }

  /** Find the project of the present place, and tell. */
  async find(): Promise<void> {
    const { place } = this;
    try {
      const project = await this.projectOf(place);
      if (place === this.place && project.id !== this.project?.id) {
        this.project = project;
        this.show();
        this.onProject(project);
      }
    } catch {
      // The connection's state says why; the next move, or the next connection, asks again.
    }
  }

  private get notebook(): string | null {
    const { document } = this.place;
    return document?.endsWith('.ipynb') ? document : null;
  }

  private projectOf(place: Place): Promise<Project> {
    const { document, folder } = place;
    if (document === null) {
      return this.nearest(folder);
    }
    const asked = this.projects.get(folder) ?? this.ask(document, folder);
    this.projects.set(folder, asked);
    asked.catch(() => this.projects.delete(folder));
    return asked;
  }

  /** For a folder: a project in it that the server hasn't met yet can't be known. */
  private async nearest(folder: string): Promise<Project> {
    await this.list();
    return nearest(this.known, folder) ?? this.unknown(folder);
  }

  private async ask(document: string, folder: string): Promise<Project> {
    const { rest } = this.connection;
    const { project } = await rest.put<{ project: string }>('documents', { path: document });
    return (await this.byId(project)) ?? this.unknown(folder);
  }

  private unknown(folder: string): never {
    throw new Error(this.trans.__('The server knows no project for %1', folder || '/'));
  }

  private async list(): Promise<void> {
    this.known = (
      await this.connection.rest.get<{ items: Project[] }>('projects?limit=1000')
    ).items;
  }

  private show(): void {
    this.store.setState(this.state());
  }

  private state(): Pick<TargetsState, 'targets' | 'chosen'> {
    const targets = this.targets();
    const fits = (kind: TargetKind) =>
      targets.some(target => target.kind === kind && target.unavailable === null);
    return {
      targets,
      chosen: fits(this.wanted) ? this.wanted : fits('folder') ? 'folder' : 'project',
    };
  }

  private targets(): Target[] {
    const { trans, place, project, notebook } = this;
    return [
      {
        kind: 'notebook',
        label: trans.__('Notebook'),
        caption: trans.__('This notebook'),
        detail: notebook ?? '',
        unavailable: notebook === null ? trans.__('No notebook is open in front') : null,
      },
      {
        kind: 'folder',
        label: trans.__('Folder'),
        caption: trans.__('This folder'),
        detail: place.folder === '' ? trans.__('The top folder') : `${place.folder}/`,
        unavailable: null,
      },
      {
        kind: 'project',
        label: trans.__('Project'),
        caption: trans.__('The project'),
        detail: project ? project.name : trans.__('All of the project'),
        unavailable: null,
      },
    ];
  }
}

/** The project whose root is the nearest above a folder. */
export function nearest(projects: readonly Project[], folder: string): Project | undefined {
  const above = projects.filter(
    ({ root }) => root === '' || folder === root || folder.startsWith(`${root}/`),
  );
  return above.sort((a, b) => b.root.length - a.root.length)[0];
}

/** Keep the targets at the place where the person is. */
export function followPlace(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  browser: IDefaultFileBrowser | null,
  targets: Targets,
): void {
  let front: Widget | null = null;
  const look = () => {
    const path = front && !front.isDisposed ? documents.contextForWidget(front)?.path : undefined;
    const folder = path === undefined ? (browser?.model.path ?? '') : folderOf(path);
    targets.moveTo({
      document: path === undefined ? null : withoutDrive(path),
      folder: withoutDrive(folder),
    });
  };
  const turn = () => {
    // The panel itself comes to the front when it is clicked: what counts is the document before it.
    const current = app.shell.currentWidget;
    if (current === null || documents.contextForWidget(current) || front?.isDisposed) {
      front = current;
    }
    look();
  };
  app.shell.currentChanged?.connect(turn);
  browser?.model.pathChanged.connect(look);
  void app.restored.then(turn);
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** `RTC:a/b.ipynb` → `a/b.ipynb`: jupyter-collaboration shows the same files on a drive of its own. */
export function withoutDrive(path: string): string {
  const [drive, rest] = path.split(':', 2);
  return rest !== undefined && drive !== undefined && !drive.includes('/') ? rest : path;
}
