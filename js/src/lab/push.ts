/** The plugin of pushes: a click on one that this browser has shown leads into a page that is open. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { pagePush } from '../core/page.js';
import { askToOpenNotification } from '../ui/open-event.js';
import { connect } from './connect.js';
import { NotificationCommands } from './notifications.js';

export const push: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-realtime:push',
  description: 'Pushes to this browser.',
  autoStart: true,
  activate: ({ commands, restored, serviceManager }: JupyterFrontEnd) => {
    const here = pagePush(connect(serviceManager.serverSettings));
    here.answerClicks(notification => {
      if (notification !== null) {
        return askToOpenNotification(notification);
      }
      void commands.execute(NotificationCommands.show);
      return true;
    });
    void restored.then(() => here.load());
  },
};
