/** The service worker: there for pushes, and for nothing else. It answers no page's requests. */

import { type OpenMessage, type OpenPage, PushWorker } from './core/push-worker.js';

declare const self: ServiceWorkerGlobalScope;

const ASK_MILLISECONDS = 5000;
const ANSWER_MILLISECONDS = 500;

const worker = new PushWorker({
  prefix: self.registration.scope,
  fetch: address =>
    fetch(address, {
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(ASK_MILLISECONDS),
    }),
  show: (title, options) => self.registration.showNotification(title, options),
  pages: async () => {
    const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    return clients.map(openPage);
  },
  open: address => self.clients.openWindow(address),
});

function openPage(client: WindowClient): OpenPage {
  return {
    url: client.url,
    focus: () => client.focus(),
    ask: message => ask(client, message),
  };
}

/** A page that is asleep, or knows nothing of us, does not answer. */
function ask(client: WindowClient, message: OpenMessage): Promise<boolean> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    const late = setTimeout(() => resolve(false), ANSWER_MILLISECONDS);
    port1.onmessage = event => {
      clearTimeout(late);
      resolve(event.data === true);
    };
    client.postMessage(message, [port2]);
  });
}

// A new version counts at once: there is nothing that pages and worker would have to agree about.
self.addEventListener('install', event => event.waitUntil(self.skipWaiting()));

self.addEventListener('push', event => event.waitUntil(worker.onPush(event.data?.text() ?? '')));

self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil(worker.onClick(event.notification.data ?? null));
});
