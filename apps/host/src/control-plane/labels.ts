import { isBuiltinLabel } from '../identity/builtin-labels.js';

/**
 * The labels of a host: changed by control commands, matched by auctions (docs/spec/control-interface.md#3).
 */
export interface Labels {
  all(): Record<string, string>;
  /** Returns whether the key may be set: that of a built-in label may not. */
  put(key: string, value: string): boolean;
  /** Says what became of the label: built-in ones stay. */
  delete(key: string): 'deleted' | 'unknown' | 'builtin';
  /** Whether every constraint equals the label of its key. */
  satisfy(constraints: Readonly<Record<string, string>>): boolean;
}

export function createLabels(initial: Readonly<Record<string, string>>): Labels {
  const labels = new Map(Object.entries(initial));
  return {
    all: () => Object.fromEntries(labels),
    put(key, value) {
      if (isBuiltinLabel(key)) return false;
      labels.set(key, value);
      return true;
    },
    delete(key) {
      if (isBuiltinLabel(key)) return 'builtin';
      return labels.delete(key) ? 'deleted' : 'unknown';
    },
    satisfy: (constraints) => Object.entries(constraints).every(([key, value]) => labels.get(key) === value),
  };
}
