import type { ConfigKey } from '../config-schema.js';

/** Keys that wasmCloud's provider has and ours does without. */
export function unusedKeys(names: readonly string[], sides: ConfigKey['sides']): ConfigKey[] {
  return names.map((name) => ({ name, sides, isIgnored: true }));
}
