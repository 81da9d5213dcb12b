/**
 * What the server has made of somebody's Markdown.
 *
 * It is made safe there. Here it is read into a document that runs and loads nothing, and of that only known
 * elements are drawn anew, without any attribute but the address of a link: whatever else came along is text.
 */

import { createElement, type ReactNode, useMemo } from 'react';

const TAGS = new Set(
  [
    ...['a', 'b', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
    ...['hr', 'i', 'li', 'ol', 'p', 'pre', 's', 'span', 'strong', 'sub', 'sup'],
    ...['table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ].map(tag => tag.toUpperCase()),
);
const SILENT = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'TITLE', 'NOSCRIPT', 'IFRAME', 'OBJECT']);
const MAX_DEPTH = 40;

interface Props {
  html: string;
  /** Draws a change that somebody suggests; without it, it is code like any other. */
  suggestion?: ((text: string) => ReactNode) | undefined;
}

export function Markdown({ html, suggestion }: Props) {
  const body = useMemo(() => new DOMParser().parseFromString(html, 'text/html').body, [html]);
  return <div className="jrt-markdown">{childrenOf(body, suggestion, 0)}</div>;
}

type Suggestion = Props['suggestion'];

function childrenOf(parent: Node, suggestion: Suggestion, depth: number): ReactNode[] {
  return Array.from(parent.childNodes, (node, at) => drawn(node, at, suggestion, depth));
}

function drawn(node: Node, key: number, suggestion: Suggestion, depth: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) {
    return node.textContent;
  }
  if (!(node instanceof Element) || SILENT.has(node.tagName) || depth > MAX_DEPTH) {
    return null;
  }
  const suggested = suggestion && suggestedBy(node);
  if (suggested != null) {
    return createElement('div', { key }, suggestion?.(suggested));
  }
  const children = childrenOf(node, suggestion, depth + 1);
  if (!TAGS.has(node.tagName)) {
    return createElement('span', { key }, ...children);
  }
  const tag = node.tagName.toLowerCase();
  // React takes no children, not even none, for what can't have any.
  return children.length > 0
    ? createElement(tag, { key, ...attributesOf(node) }, ...children)
    : createElement(tag, { key, ...attributesOf(node) });
}

/** The text of a block of code that is marked as a suggestion; null: it is something else. */
function suggestedBy(node: Element): string | null {
  const code = node.tagName === 'PRE' ? node.querySelector(':scope > code') : null;
  return code?.classList.contains('language-suggestion') ? (code.textContent ?? '') : null;
}

function attributesOf(node: Element): Record<string, string> {
  if (node.tagName === 'A') {
    const url = node.getAttribute('href') ?? '';
    return /^(https?:\/\/|mailto:)/i.test(url)
      ? { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }
      : {};
  }
  const isMention = [...node.classList].some(name => name.endsWith('mention'));
  return isMention ? { className: 'jrt-mention' } : {};
}
