/** What the widgets of notifications share: by which connection they are kept up to date. */

import { type ReactNode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import css from '../../../style/base.css';
import type { Connection } from '../../core/connection.js';
import { useStrings } from '../../ui/translator.js';
import { KernelConnection } from '../kernel-connection.js';
import type { Model, SharedTraits } from '../model.js';
import { findPage, useSource } from '../source.js';

/** What a widget shows, by the page's connection or by the kernel's. */
export type Show = (
  connection: Connection,
  model: Model<SharedTraits>,
  kernel: KernelConnection | null,
) => ReactNode;

type Part = { model: Model<SharedTraits>; show: Show };

function Widget({ model, show }: Part) {
  const trans = useStrings();
  const source = useSource(model, trans, findPage);
  return (
    <div className="jrt-root jrt-widget jrt-widget-inbox" data-jrt-source={source.kind}>
      {source.kind === 'finding' && (
        <p className="jrt-face">{trans.__('Waiting for the server…')}</p>
      )}
      {source.kind === 'page' && show(source.connection, model, null)}
      {source.kind === 'comm' && <FromKernel model={model} show={show} />}
      {source.kind === 'comm' && source.reason && <p className="jrt-note">{source.reason}</p>}
    </div>
  );
}

function FromKernel({ model, show }: Part) {
  const [connection, setConnection] = useState<KernelConnection | null>(null);
  useEffect(() => {
    const made = new KernelConnection(model);
    setConnection(made);
    return () => made.close();
  }, [model]);
  // It can all that these views need.
  return connection && show(connection as unknown as Connection, model, connection);
}

/** The entry of a widget, as anywidget wants it; `styles` besides what all have. */
export function inboxWidget(styles: readonly string[], show: Show) {
  return {
    render({ model, el }: { model: Model<SharedTraits>; el: HTMLElement }): () => void {
      const style = document.createElement('style');
      style.textContent = [css, ...styles].join('\n');
      const place = document.createElement('div');
      el.append(style, place);
      const root = createRoot(place);
      root.render(<Widget model={model} show={show} />);
      return () => root.unmount();
    },
  };
}
