import { useMemo } from 'react';

import type { RunView } from '../core/analyses.js';
import { pageAnalyses } from '../core/page.js';
import { useFollow, useStore } from '../ui/hooks.js';
import { useConnection } from './page.js';

/** Follow a run with its issues while the view is shown; undefined until something is known of it. */
export function useAnalysis(run: string | null): RunView | undefined {
  const connection = useConnection();
  const analyses = useMemo(() => pageAnalyses(connection), [connection]);
  useFollow(run === null ? null : () => analyses.follow(run), run);
  const { runs } = useStore(analyses.store);
  return run === null ? undefined : runs[run];
}
