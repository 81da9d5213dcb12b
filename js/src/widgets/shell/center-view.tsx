/** The centre of notifications by a widget's connection. */

import { useEffect, useMemo, useState } from 'react';

import type { Connection } from '../../core/connection.js';
import type { Notification } from '../../core/notifications.js';
import { pageHands, pageNotifications, pagePreferences } from '../../core/page.js';
import { NotificationCenter } from '../../ui/NotificationCenter.js';
import type { ProjectName } from '../../ui/NotificationFilter.js';
import { askForPreferences, askToOpenNotification } from '../../ui/open-event.js';
import { VERSION } from '../../ui/version.js';

export function CenterView({ connection }: { connection: Connection }) {
  const notifications = useMemo(() => pageNotifications(connection), [connection]);
  const preferences = useMemo(() => pagePreferences(connection), [connection]);
  const projects = useProjects(connection);
  const open = (notification: Notification) => {
    if (!askToOpenNotification(notification)) {
      void notifications.looked([notification.id], 'read');
      follow(notification);
    }
  };
  return (
    <NotificationCenter
      version={VERSION}
      connection={connection.store}
      notifications={notifications}
      preferences={preferences}
      projects={projects}
      openTarget={open}
      // A page of JupyterLab has a place for them; elsewhere they are a widget of their own.
      openPreferences={pageHands() === null ? null : askForPreferences}
      wake={() => connection.wake()}
    />
  );
}

/** Beside the notebook, never in its place. */
function follow({ action_url }: Notification): void {
  if (action_url !== null) {
    window.open(action_url, '_blank', 'noopener');
  }
}

function useProjects(connection: Connection): readonly ProjectName[] {
  const [projects, setProjects] = useState<readonly ProjectName[]>([]);
  useEffect(() => {
    let isGone = false;
    connection.rest.get<{ items: ProjectName[] }>('projects?limit=1000').then(
      ({ items }) => isGone || setProjects(items),
      // Without them there is no choice of projects, and all else.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [connection]);
  return projects;
}
