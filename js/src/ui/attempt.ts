/** Something that a person asks for, and that may fail. */

import { useEffect, useState } from 'react';

import { errorText } from './error-words.js';
import { useStrings } from './translator.js';

export interface Attempt {
  /** Whether it is under way. */
  pending: boolean;
  /** Why the last one failed. */
  problem: string | null;
  /** Do it; says whether it was done. */
  attempt: (act: () => Promise<unknown>) => Promise<boolean>;
}

/** A problem is forgotten with the next attempt, and when `circumstance` changes: it may be past. */
export function useAttempt(circumstance: unknown = null): Attempt {
  const trans = useStrings();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: that it changes is all that matters.
  useEffect(() => setProblem(null), [circumstance]);
  const attempt: Attempt['attempt'] = async act => {
    setPending(true);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (error) {
      setProblem(errorText(error, trans));
      return false;
    } finally {
      setPending(false);
    }
  };
  return { pending, problem, attempt };
}
