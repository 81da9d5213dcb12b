/** JupyterLab's toasts: shown until they are closed, and kept by nobody. */

import { Notification as JupyterNotification } from '@jupyterlab/apputils';

import type { Surface, Toast } from './toast-stack.js';

export function toastSurface(): Surface {
  const ours = new Set<string>();
  const { manager } = JupyterNotification;
  // Those that close by themselves would stay in JupyterLab's own list: there each is closed by us.
  const optionsOf = ({ actions }: Toast) => ({ autoClose: false as const, actions: [...actions] });
  return {
    show: toast => {
      const id = JupyterNotification.emit(toast.words, toast.type, optionsOf(toast));
      ours.add(id);
      return id;
    },
    renew: (id, toast) => {
      JupyterNotification.update({
        id,
        message: toast.words,
        type: toast.type,
        ...optionsOf(toast),
      });
    },
    close: id => {
      ours.delete(id);
      JupyterNotification.dismiss(id);
    },
    isHeld: id => document.getElementById(id)?.matches(':hover, :focus-within') ?? false,
    onClosed: listener => {
      manager.changed.connect((_, { type, notification }) => {
        if (type === 'removed' && ours.delete(notification.id)) {
          listener(notification.id);
        }
      });
    },
  };
}
