/** The panel of comments in the right area, and how many are open at a notebook's toolbar. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useState } from 'react';

import type { CommentsPanelProps } from '../ui/CommentsPanel.js';
import { CommentIcon } from '../ui/comment-icons.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';
import type { CommentDocuments } from './comment-documents.js';
import { commentIcon } from './icon.js';
import { LaterPanel } from './later-panel.js';

export const COMMENTS_ID = 'jupyter-realtime-comments';

export class CommentsPanelWidget extends LaterPanel<CommentsPanelProps> {
  constructor(props: CommentsPanelProps, trans: Strings) {
    super(props, trans);
    this.id = COMMENTS_ID;
    this.title.icon = commentIcon;
    this.title.caption = trans.__('Comments');
  }

  protected override async load() {
    return (await import(/* webpackChunkName: "later-comments" */ '../ui/CommentsPanel.js'))
      .CommentsPanel;
  }

  protected override first() {
    const row = this.node.querySelector<HTMLElement>('[data-jrt-row][tabindex="0"]');
    return row ?? this.node.querySelector<HTMLElement>('button, select');
  }
}

interface CountProps {
  panel: NotebookPanel;
  comments: CommentDocuments;
  onClick: () => void;
}

function Count({ panel, comments, onClick }: CountProps) {
  const trans = useStrings();
  const countNow = () => {
    const open = comments.of(panel);
    return open ? comments.threadsOf(open).filter(({ state }) => state === 'open').length : null;
  };
  const [count, setCount] = useState(countNow);
  useEffect(() => comments.onChange(() => setCount(countNow())));
  const words = trans._n('%1 open thread', '%1 open threads', count ?? 0);
  return (
    <button
      type="button"
      className="jrt-comment-count"
      aria-label={words}
      title={words}
      data-jrt-open-threads={count ?? ''}
      onClick={onClick}
    >
      <CommentIcon name="comment" />
      {count ?? ''}
    </button>
  );
}

/** It has its place, whether something is open or not: nothing moves when a thread comes. */
export function createCommentCount(
  panel: NotebookPanel,
  comments: CommentDocuments,
  trans: Strings,
  onClick: () => void,
): ReactWidget {
  const widget = ReactWidget.create(
    <StringsProvider value={trans}>
      <Count panel={panel} comments={comments} onClick={onClick} />
    </StringsProvider>,
  );
  widget.addClass('jp-Toolbar-item');
  return widget;
}
