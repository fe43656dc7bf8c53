/**
 * The labels of a host: changed by control commands, matched by auctions (docs/spec/control-interface.md#3).
 */
export interface Labels {
  all(): Record<string, string>;
  /** Returns whether the key may be set: `hostcore.*` may not. */
  put(key: string, value: string): boolean;
  /** Returns whether there was such a label. */
  delete(key: string): boolean;
  /** Whether every constraint equals the label of its key. */
  satisfy(constraints: Readonly<Record<string, string>>): boolean;
}

export function createLabels(initial: Readonly<Record<string, string>>): Labels {
  const labels = new Map(Object.entries(initial));
  return {
    all: () => Object.fromEntries(labels),
    put(key, value) {
      if (key.toLowerCase().startsWith('hostcore.')) return false;
      labels.set(key, value);
      return true;
    },
    delete: (key) => labels.delete(key),
    satisfy: (constraints) => Object.entries(constraints).every(([key, value]) => labels.get(key) === value),
  };
}
