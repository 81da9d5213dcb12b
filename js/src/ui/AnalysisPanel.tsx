/** The whole panel: what to analyse, and the runs as cards, newest first. */

import { useRef, useState } from 'react';
import type { StoreApi } from 'zustand/vanilla';

import type { AnalysesState } from '../core/analyses.js';
import type { ConnectionState } from '../core/connection.js';
import type { Job, JobsState } from '../core/jobs.js';
import type { Analysis, SystemStatus } from '../core/protocol.js';
import type { Baseline } from '../core/triage.js';
import { useAttempt } from './attempt.js';
import { Banner, Hint, SystemNote } from './Banner.js';
import { Choice } from './Choice.js';
import { Connected } from './Connected.js';
import { ConnectionDot } from './ConnectionDot.js';
import { History } from './History.js';
import { useFollow, useStore } from './hooks.js';
import { JobList } from './JobList.js';
import { Problem } from './Problem.js';
import { isFinished } from './progress-words.js';
import { Returning } from './Returning.js';
import { type RunActions, RunCard } from './RunCard.js';
import { type Target, TargetChoice, type TargetKind } from './TargetChoice.js';
import { useStrings } from './translator.js';

export interface TargetsState {
  targets: readonly Target[];
  chosen: TargetKind;
  /** Whether the runs of this project have arrived. */
  loaded: boolean;
  /** What a run can be compared with. */
  baselines: readonly Baseline[];
  /** The name of the one that is chosen for the next run; empty: none. */
  baseline: string;
}

export interface PanelProps {
  /** The version of this page's part. */
  version: string;
  connection: StoreApi<ConnectionState>;
  analyses: StoreApi<AnalysesState>;
  jobs: StoreApi<JobsState>;
  system: StoreApi<SystemStatus>;
  targets: StoreApi<TargetsState>;
  actions: RunActions;
  choose: (kind: TargetKind) => void;
  analyse: (kind: TargetKind) => Promise<unknown>;
  /** Load and follow a run's issues while it is open. */
  follow: (runId: string) => () => void;
  cancelJob: (job: Job) => void;
  wake: () => void;
  chooseBaseline: (name: string) => void;
  history: () => Promise<readonly Analysis[]>;
  recall: (run: Analysis) => void;
}

export function AnalysisPanel(props: PanelProps) {
  const connection = useStore(props.connection);
  const system = useStore(props.system);
  const { runs } = useStore(props.analyses);
  return (
    <Connected state={connection}>
      <div className="jrt-root jrt-panel" data-jrt-panel="">
        <Head {...props} state={connection} />
        <Banner state={connection} version={props.version} />
        <SystemNote system={system} state={connection} />
        <Hint state={connection} />
        <Returning state={connection} runs={runs}>
          <Runs {...props} state={connection} />
        </Returning>
      </div>
    </Connected>
  );
}

type PartProps = PanelProps & { state: ConnectionState };

function Head({ targets, choose, analyse, wake, state, chooseBaseline }: PartProps) {
  const trans = useStrings();
  const { targets: all, chosen, baselines, baseline } = useStore(targets);
  const { pending, problem, attempt } = useAttempt(`${state.status} ${chosen}`);
  const target = all.find(one => one.kind === chosen);
  const reason = whyNot(target, state, trans);
  const blocked = reason !== null || pending;
  return (
    <div className="jrt-head">
      <div className="jrt-head-row">
        <TargetChoice targets={all} chosen={chosen} onChoose={choose} />
        <button
          type="button"
          className="jrt-button jrt-button-main"
          aria-disabled={blocked}
          title={reason ?? target?.detail}
          onClick={blocked ? undefined : () => void attempt(() => analyse(chosen))}
        >
          {trans.__('Analyse')}
        </button>
        <ConnectionDot state={state} onWake={wake} />
      </div>
      {baselines.length > 0 && (
        <div className="jrt-baseline">
          <span>{trans.__('Compare with')}</span>
          <Choice
            label={trans.__('Baseline of the next analysis')}
            value={baseline}
            options={[
              ['', trans.__('the run before')],
              ...baselines.map(({ name }): [string, string] => [name, name]),
            ]}
            onChange={chooseBaseline}
          />
        </div>
      )}
      <Problem words={problem} />
    </div>
  );
}

/** Why the button does nothing now, or null. */
function whyNot(
  target: Target | undefined,
  state: ConnectionState,
  trans: ReturnType<typeof useStrings>,
): string | null {
  if (state.status === 'absent' || state.status === 'refused') {
    return trans.__('There is no connection to the server');
  }
  return target ? target.unavailable : trans.__('There is nothing to analyse');
}

function Runs(props: PartProps) {
  const trans = useStrings();
  const scroller = useRef<HTMLDivElement>(null);
  const { runs, order } = useStore(props.analyses);
  const { loaded } = useStore(props.targets);
  const [toggled, setToggled] = useState<Readonly<Record<string, boolean>>>({});
  const opened = useRef<Record<string, boolean>>({});
  const shown = order.flatMap(id => runs[id] ?? []);
  return (
    <div ref={scroller} className="jrt-scroller">
      <JobList
        jobs={props.jobs}
        stale={props.state.status !== 'online'}
        onCancel={props.cancelJob}
      />
      <section className="jrt-runs" aria-label={trans.__('Analyses')}>
        {shown.length === 0 && <NoRuns loaded={loaded} state={props.state} />}
        {shown.map((view, position) => {
          const { id } = view.analysis;
          // What was open when it came stays open: nothing folds while somebody reads it.
          opened.current[id] ??= position === 0 || !isFinished(view.analysis);
          const open = toggled[id] ?? opened.current[id];
          return (
            <FollowedRun
              key={id}
              follow={open ? () => props.follow(id) : null}
              view={view}
              actions={props.actions}
              open={open}
              onToggle={() => setToggled({ ...toggled, [id]: !open })}
              scroller={scroller}
            />
          );
        })}
      </section>
      <History
        load={async () => (await props.history()).filter(({ id }) => !order.includes(id))}
        onOpen={run => {
          setToggled({ ...toggled, [run.id]: true });
          props.recall(run);
        }}
      />
    </div>
  );
}

type FollowedProps = Parameters<typeof RunCard>[0] & { follow: (() => () => void) | null };

function FollowedRun({ follow, ...card }: FollowedProps) {
  useFollow(follow, follow === null ? null : card.view.analysis.id);
  return <RunCard {...card} />;
}

function NoRuns({ loaded, state }: { loaded: boolean; state: ConnectionState }) {
  const trans = useStrings();
  if (state.status === 'absent' || state.status === 'refused') {
    return null;
  }
  if (state.status === 'offline') {
    return (
      <p className="jrt-face">
        {trans.__('Offline. Analyses appear here once the server answers.')}
      </p>
    );
  }
  if (!loaded) {
    return <p className="jrt-face">{trans.__('Loading analyses…')}</p>;
  }
  return (
    <div className="jrt-face jrt-face-start">
      <p className="jrt-face-title">{trans.__('No analysis yet')}</p>
      <p>
        {trans.__(
          'Choose what to look at and press Analyse. Problems in notebooks and modules appear here as they are found.',
        )}
      </p>
    </div>
  );
}
