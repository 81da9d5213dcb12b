/** The texts of the interface, in the reader's language; shaped like JupyterLab's TranslationBundle. */

import { createContext, useContext } from 'react';

export interface Strings {
  /** Translate; `%1`, `%2`… are replaced by the arguments. */
  __(text: string, ...args: unknown[]): string;
  /** The same with a plural; `%1` is the number itself. */
  _n(one: string, many: string, n: number, ...args: unknown[]): string;
}

function fill(text: string, args: unknown[]): string {
  return text.replace(/%(\d)/g, (whole, position: string) => {
    const value = args[Number(position) - 1];
    return value === undefined ? whole : String(value);
  });
}

/** English, where no translator is at hand. */
export const english: Strings = {
  __: (text, ...args) => fill(text, args),
  _n: (one, many, n, ...args) => fill(n === 1 ? one : many, [n, ...args]),
};

const StringsContext = createContext<Strings>(english);

export const StringsProvider = StringsContext.Provider;

export function useStrings(): Strings {
  return useContext(StringsContext);
}
