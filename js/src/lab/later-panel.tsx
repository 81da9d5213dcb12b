/** A panel whose view is loaded when it is shown for the first time: JupyterLab has many that nobody opens. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ComponentType } from 'react';

import { Later } from '../ui/Later.js';
import { type Strings, StringsProvider } from '../ui/translator.js';

/** How long the focus waits for what is to have it. */
const FRAMES_TO_WAIT = 60;

export abstract class LaterPanel<P extends object> extends ReactWidget {
  private wasShown = false;

  constructor(
    private readonly props: P,
    private readonly trans: Strings,
  ) {
    super();
  }

  protected abstract load(): Promise<ComponentType<P>>;

  /** What has the focus when the panel is opened by a key. */
  protected abstract first(): HTMLElement | null;

  private readonly loadView = () => this.load();

  protected override render() {
    return this.wasShown ? (
      <StringsProvider value={this.trans}>
        <Later load={this.loadView} props={this.props} />
      </StringsProvider>
    ) : null;
  }

  protected override onAfterAttach(message: Message): void {
    this.wasShown ||= this.isVisible;
    super.onAfterAttach(message);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (!this.wasShown) {
      this.wasShown = true;
      this.update();
    }
  }

  /** Whoever opens it by a key goes on by keys. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const find = (frames: number) => {
      const first = this.first();
      if (first !== null || frames === 0) {
        first?.focus({ preventScroll: true });
      } else {
        requestAnimationFrame(() => find(frames - 1));
      }
    };
    find(FRAMES_TO_WAIT);
  }
}
