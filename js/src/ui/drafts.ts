/** What was written and not sent: it survives a closed form, a failure, and a reload of the page. */

const PREFIX = 'jupyter-realtime:draft:';

export function draftOf(name: string): string {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? '';
  } catch {
    // A browser that keeps nothing: the form itself still has the text.
    return '';
  }
}

/** Keep a text; an empty one is forgotten. */
export function keepDraft(name: string, text: string): void {
  try {
    if (text === '') {
      sessionStorage.removeItem(PREFIX + name);
    } else {
      sessionStorage.setItem(PREFIX + name, text);
    }
  } catch {
    // See above.
  }
}
