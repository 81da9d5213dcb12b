/** A view that is loaded when it is shown, since most pages never show it. */

import { type ComponentType, useEffect, useState } from 'react';

import { ErrorFace } from './LiveFace.js';
import { useStrings } from './translator.js';

interface Props<P> {
  load: () => Promise<ComponentType<P>>;
  props: P;
}

type Loaded<P> = { View: ComponentType<P> } | 'loading' | 'failed';

export function Later<P extends object>({ load, props }: Props<P>) {
  const trans = useStrings();
  const [loaded, setLoaded] = useState<Loaded<P>>('loading');
  useEffect(() => {
    let wanted = loaded === 'loading';
    if (wanted) {
      load().then(
        View => wanted && setLoaded({ View }),
        () => wanted && setLoaded('failed'),
      );
    }
    return () => {
      wanted = false;
    };
  }, [loaded, load]);
  if (loaded === 'loading') {
    return <p className="jrt-face">{trans.__('Loading…')}</p>;
  }
  if (loaded === 'failed') {
    return (
      <ErrorFace
        words={trans.__('This view could not be loaded.')}
        onRetry={() => setLoaded('loading')}
      />
    );
  }
  return <loaded.View {...props} />;
}
