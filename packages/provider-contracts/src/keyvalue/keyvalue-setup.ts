import type { StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderAtHand } from '../provider-at-hand.js';

/** One store that links can lead to. */
export interface KeyvalueStoreAccess {
  /** Target config of a link to it. */
  readonly config: StringMap;
  /** Takes all keys out of it. */
  empty(): Promise<void>;
}

/** A provider and what is behind it, made once for all tests of the contract. */
export interface KeyvalueSetup extends ProviderAtHand {
  readonly first: KeyvalueStoreAccess;
  /** Not the first: what is written to one is not in the other. */
  readonly second: KeyvalueStoreAccess;
  /** Source config of a link by which a component hears of changes in the first store. */
  watchConfig(watch: string): StringMap;
}

/** What an implementation may do otherwise than the contract says. */
export const keyvalueDifferences = {
  'plain-keys-only':
    'keys with other characters than letters, digits, `-`, `/`, `_`, `=` and dots between them are refused',
  'few-attempts': '`increment` fails when others count the same key at the same time',
  'broken-count': '`increment` of a value that is no number ends the call without a result',
  'signed-count': 'counters end at 2^63 - 1',
  'wrapping-count': 'a sum beyond 64 bits begins again at 0',
  'no-empty-batches': 'a batch of no keys is an `err`',
  'no-counts-watched':
    'a component with a watcher hears of keys that are set or deleted, but not of those that are counted',
  'no-watcher': 'components with a watcher are told of nothing',
} as const;

export type KeyvalueDifference = keyof typeof keyvalueDifferences;
