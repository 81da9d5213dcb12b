/** The plugin of notifications: the centre at the right, bells, commands, and toasts. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import { pageNotifications, pagePreferences } from '../core/page.js';
import { VERSION } from '../ui/version.js';
import { connect } from './connect.js';
import { followSettings } from './documents.js';
import { bellIcon } from './icon.js';
import { badgeText, bellLabel, createBell } from './notification-bell.js';
import { CENTER_ID, NotificationCenterWidget } from './notification-panel.js';
import { isBusy, isOnScreen } from './on-screen.js';
import { onOpenNotification } from './open-event.js';
import { SHOW_PREFERENCES } from './preferences.js';
import { openTarget } from './target.js';
import { toastSurface } from './toast-surface.js';
import { Toasts } from './toasts.js';

export const NotificationCommands = {
  show: 'jupyter-realtime:show-notifications',
  readAll: 'jupyter-realtime:read-all-notifications',
} as const;

/** Where the pop-ups are switched: among the settings of the other plugin, where people look. */
const SETTINGS = 'jupyter-realtime:plugin';
/** In the top bar, at its end. */
const BELL_RANK = 990;

export const notifications: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-realtime:notifications',
  description: 'What people are told: a centre, bells with a badge, and toasts.',
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, IStatusBar, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null,
    registry: ISettingRegistry | null,
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_realtime');
    const connection = connect(app.serviceManager.serverSettings);
    const told = pageNotifications(connection);
    // The inbox is at hand before somebody wants to see it.
    told.open({ box: 'inbox' });
    const open = (notification: Parameters<typeof openTarget>[1]) => {
      void told.looked([notification.id], 'read');
      openTarget(app, notification);
    };
    const panel = new NotificationCenterWidget(
      {
        version: VERSION,
        connection: connection.store,
        notifications: told,
        preferences: pagePreferences(connection),
        openTarget: open,
        openPreferences: () => void app.commands.execute(SHOW_PREFERENCES),
        wake: () => connection.wake(),
      },
      connection,
      trans,
    );
    app.shell.add(panel, 'right', { rank: 890 });
    restorer?.add(panel, CENTER_ID);
    const show = () => app.shell.activateById(CENTER_ID);
    const toggle = () => (panel.isVisible ? collapse(app) : show());

    const bell = createBell(told, trans, toggle);
    bell.id = 'jupyter-realtime-bell';
    app.shell.add(bell, 'top', { rank: BELL_RANK });
    statusBar?.registerStatusItem('jupyter-realtime:notifications', {
      item: createBell(told, trans, toggle),
      align: 'right',
      rank: 49,
    });
    told.store.subscribe(({ unread }, before) => {
      if (unread !== before.unread) {
        badge(panel, unread, trans);
        app.commands.notifyCommandChanged(NotificationCommands.readAll);
      }
    });
    addCommands(app, palette, trans, { show, told });

    const toasts = new Toasts({
      notifications: told,
      surface: toastSurface(),
      trans,
      me: () => connection.store.getState().user?.name ?? null,
      isOnScreen: notification => panel.isVisible || isOnScreen(notification),
      isBusy: () => isBusy(app),
      open,
      showCenter: show,
    });
    panel.onShown = () => toasts.clear();
    followSettings(registry, SETTINGS, settings => {
      toasts.enabled = settings.toasts;
    });
    onOpenNotification(open);
  },
};

interface Parts {
  show: () => void;
  told: ReturnType<typeof pageNotifications>;
}

function addCommands(
  app: JupyterFrontEnd,
  palette: ICommandPalette | null,
  trans: TranslationBundle,
  { show, told }: Parts,
): void {
  app.commands.addCommand(NotificationCommands.show, {
    label: trans.__('Show Notifications'),
    caption: trans.__('Show what you were told'),
    icon: bellIcon,
    execute: show,
  });
  app.commands.addCommand(NotificationCommands.readAll, {
    label: trans.__('Mark All Notifications as Read'),
    isEnabled: () => (told.store.getState().unread ?? 0) > 0,
    execute: () => told.readAll(),
  });
  for (const command of Object.values(NotificationCommands)) {
    palette?.addItem({ command, category: trans.__('Notifications') });
  }
}

/** The badge of the tab: its number is drawn by the style sheet, and spoken by the caption. */
function badge(panel: NotificationCenterWidget, unread: number | null, trans: TranslationBundle) {
  panel.title.caption = bellLabel(unread, trans);
  panel.title.dataset = { ...panel.title.dataset, 'jrt-unread': badgeText(unread) };
}

/** Both shells can, and neither says so in the interface that they share. */
function collapse(app: JupyterFrontEnd): void {
  (app.shell as { collapseRight?: () => void }).collapseRight?.();
}
