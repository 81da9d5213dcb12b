/** What people are told, by which way and how: in words. */

import type { Category, Channel, DigestEvery, Mode } from '../core/preferences.js';
import type { Strings } from './translator.js';

export function categoryName(category: Category, trans: Strings): string {
  switch (category) {
    case 'analysis':
      return trans.__('Analyses');
    case 'issues':
      return trans.__('Issues');
    case 'mention':
      return trans.__('Mentions');
    case 'reply':
      return trans.__('Replies');
    case 'system':
      return trans.__('System');
    case 'quota':
      return trans.__('Quotas');
  }
}

export function categoryDetail(category: Category, trans: Strings): string {
  switch (category) {
    case 'analysis':
      return trans.__('Those you started are done, or have failed');
    case 'issues':
      return trans.__('Critical and high ones were found');
    case 'mention':
      return trans.__('Somebody names you in a comment');
    case 'reply':
      return trans.__('Somebody answers where you take part');
    case 'system':
      return trans.__('Announcements, projects you are added to, your own programs');
    case 'quota':
      return trans.__('Disk, memory or kernels run short');
  }
}

export function channelName(channel: Channel, trans: Strings): string {
  switch (channel) {
    case 'in_app':
      return trans.__('Inbox');
    case 'toast':
      return trans.__('Pop-up');
    case 'push':
      return trans.__('Push');
    case 'email':
      return trans.__('E-mail');
  }
}

export function channelDetail(channel: Channel, trans: Strings): string {
  switch (channel) {
    case 'in_app':
      return trans.__('It stands in your inbox');
    case 'toast':
      return trans.__('It shows for a moment in a corner of the page');
    case 'push':
      return trans.__('Your browser shows it, also when no page of ours is open');
    case 'email':
      return trans.__('It comes by mail, unless you have read it before');
  }
}

export function modeName(mode: Mode, trans: Strings): string {
  switch (mode) {
    case 'off':
      return trans.__('Off');
    case 'digest':
      return trans.__('Digest');
    case 'instant':
      return trans.__('At once');
  }
}

export function digestName(every: DigestEvery, trans: Strings): string {
  switch (every) {
    case 'off':
      return trans.__('Never');
    case 'hourly':
      return trans.__('Every hour');
    case 'daily':
      return trans.__('Every day');
    case 'weekly':
      return trans.__('Every Monday');
  }
}
