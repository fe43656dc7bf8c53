import { SettingsError } from '@wasmlattice/provider-sdk';

/** What a component wants to be told of one key. */
export interface WatchedKey {
  readonly key: string;
  readonly set: boolean;
  readonly delete: boolean;
}

/**
 * Reads `SET@orders,DEL@orders` (docs/spec/provider.md#10.3, `watch`). The events are written in any case.
 *
 * Throws a {@link SettingsError}.
 */
export function parseWatchList(text: string): WatchedKey[] {
  const keys = new Map<string, WatchedKey>();
  for (const part of text.split(',')) {
    const entry = part.trim();
    if (entry === '') continue;
    const [, event = '', key = ''] = /^([a-z]+)@(.+)$/i.exec(entry) ?? [];
    const kind = event.toUpperCase();
    if (kind !== 'SET' && kind !== 'DEL') {
      throw new SettingsError(
        `${JSON.stringify(entry)} is nothing to watch: write SET@<key> or DEL@<key>, separated by commas`,
      );
    }
    const known = keys.get(key) ?? { key, set: false, delete: false };
    keys.set(key, kind === 'SET' ? { ...known, set: true } : { ...known, delete: true });
  }
  return [...keys.values()];
}
