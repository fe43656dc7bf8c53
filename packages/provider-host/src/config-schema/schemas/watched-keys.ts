import { InvalidValueError, type Setting, setting } from '../setting.js';

/** What a component wants to be told of one key. */
export interface WatchedKey {
  readonly key: string;
  readonly set: boolean;
  readonly delete: boolean;
}

/** `SET@orders,DEL@orders` (docs/spec/provider.md#10.3, `watch`); the events in any case. */
export const watchedKeys: Setting<readonly WatchedKey[]> = setting(readWatchedKeys, {
  sides: ['source'],
  default: [],
  without: 'the component is told of nothing',
  defaultText: 'none',
  description: 'what to tell a component of, see below',
});

function readWatchedKeys(text: string): readonly WatchedKey[] {
  const keys = new Map<string, WatchedKey>();
  for (const part of text.split(',')) {
    const entry = part.trim();
    if (entry === '') continue;
    const [, event = '', key = ''] = /^([a-z]+)@(.+)$/i.exec(entry) ?? [];
    const kind = event.toUpperCase();
    if (kind !== 'SET' && kind !== 'DEL') {
      throw new InvalidValueError(
        `${JSON.stringify(entry)} is nothing to watch: write SET@<key> or DEL@<key>, separated by commas`,
      );
    }
    const known = keys.get(key) ?? { key, set: false, delete: false };
    keys.set(key, kind === 'SET' ? { ...known, set: true } : { ...known, delete: true });
  }
  return [...keys.values()];
}
