/** The centre in the right area. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { useEffect, useState } from 'react';

import type { Connection } from '../core/connection.js';
import { type CenterProps, NotificationCenter } from '../ui/NotificationCenter.js';
import type { ProjectName } from '../ui/NotificationFilter.js';
import { type Strings, StringsProvider } from '../ui/translator.js';
import { bellIcon } from './icon.js';
import { bellLabel } from './notification-bell.js';

export const CENTER_ID = 'jupyter-realtime-notifications';

type Props = Omit<CenterProps, 'projects'>;

const FRAMES_TO_WAIT = 30;

export class NotificationCenterWidget extends ReactWidget {
  constructor(
    private readonly props: Props,
    private readonly connection: Connection,
    private readonly trans: Strings,
  ) {
    super();
    this.id = CENTER_ID;
    this.title.icon = bellIcon;
    this.title.caption = bellLabel(null, trans);
  }

  /** Have it told whenever the centre comes into sight. */
  onShown: () => void = () => {};

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.onShown();
  }

  protected override render() {
    return (
      <StringsProvider value={this.trans}>
        <Center {...this.props} {...{ ask: this.connection }} />
      </StringsProvider>
    );
  }

  /** Whoever opens it by a key goes on by keys: with its first row, as soon as that is there. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const find = (frames: number) => {
      const row = this.node.querySelector<HTMLElement>('[data-jrt-notification][tabindex="0"]');
      const other = this.node.querySelector<HTMLElement>('[role=radio][tabindex="0"]');
      if (row !== null || frames === 0) {
        (row ?? other)?.focus({ preventScroll: true });
      } else {
        requestAnimationFrame(() => find(frames - 1));
      }
    };
    find(FRAMES_TO_WAIT);
  }
}

function Center({ ask, ...props }: Props & { ask: Connection }) {
  const projects = useProjects(ask);
  return <NotificationCenter {...props} projects={projects} />;
}

/** What can be chosen from; without an answer there is no choice. */
function useProjects({ rest, store }: Connection): readonly ProjectName[] {
  const [projects, setProjects] = useState<readonly ProjectName[]>([]);
  useEffect(() => {
    const load = () =>
      rest
        .get<{ items: ProjectName[] }>('projects?limit=1000')
        .then(({ items }) => setProjects(items))
        .catch(() => {});
    if (store.getState().status === 'online') {
      void load();
    }
    return store.subscribe(({ status }, before) => {
      if (status === 'online' && before.status !== 'online') {
        void load();
      }
    });
  }, [rest, store]);
  return projects;
}
