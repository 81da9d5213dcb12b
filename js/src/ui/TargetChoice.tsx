/** The choice of what to analyse. */

import { type KeyboardEvent, useRef, useState } from 'react';

import { useElementId } from './hooks.js';
import { useStrings } from './translator.js';

export type TargetKind = 'notebook' | 'folder' | 'project';

export interface Target {
  kind: TargetKind;
  /** The button's text. */
  label: string;
  /** The same in full. */
  caption: string;
  /** What exactly will be analysed. */
  detail: string;
  /** Why it can't be chosen now, or null. */
  unavailable: string | null;
}

interface Props {
  targets: readonly Target[];
  chosen: TargetKind;
  onChoose: (kind: TargetKind) => void;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Those that can't be chosen take the focus nevertheless, so that everyone can learn why. */
export function TargetChoice({ targets, chosen, onChoose }: Props) {
  const trans = useStrings();
  const group = useRef<HTMLDivElement>(null);
  const detailId = useElementId();
  const [looked, setLooked] = useState<TargetKind | null>(null);
  const told = targets.find(target => target.kind === (looked ?? chosen));

  const choose = (target: Target) => {
    if (target.unavailable === null) {
      onChoose(target.kind);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const at = targets.findIndex(target => target.kind === (looked ?? chosen));
    const next = step && targets[(at + step + targets.length) % targets.length];
    if (next) {
      event.preventDefault();
      group.current?.querySelector<HTMLElement>(`[data-kind="${next.kind}"]`)?.focus();
      choose(next);
    }
  };

  return (
    <div className="jrt-targets">
      <div
        ref={group}
        role="radiogroup"
        className="jrt-segments"
        aria-label={trans.__('What to analyse')}
        onKeyDown={onKeyDown}
        onMouseLeave={() => setLooked(null)}
      >
        {targets.map(target => (
          // biome-ignore lint/a11y/useSemanticElements: a disabled input takes no focus, so nobody would learn why.
          <button
            key={target.kind}
            type="button"
            role="radio"
            className="jrt-segment"
            data-kind={target.kind}
            aria-checked={target.kind === chosen}
            aria-disabled={target.unavailable !== null}
            aria-describedby={detailId}
            aria-label={target.caption}
            title={target.unavailable ?? target.caption}
            tabIndex={target.kind === chosen ? 0 : -1}
            onClick={() => choose(target)}
            onFocus={() => setLooked(target.kind)}
            onBlur={() => setLooked(null)}
            onMouseEnter={() => setLooked(target.kind)}
          >
            {target.label}
          </button>
        ))}
      </div>
      <div id={detailId} className="jrt-target-detail" title={told?.unavailable ?? told?.detail}>
        {told?.unavailable ?? told?.detail}
      </div>
    </div>
  );
}
