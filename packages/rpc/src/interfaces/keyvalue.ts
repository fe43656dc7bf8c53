import { func, type Result, type TypedInterface, type TypedWit, t, witInterface } from '../builders.js';

/** Why a keyvalue operation failed (docs/spec/wrpc-interfaces.md#4). */
export type KeyvalueError =
  | { readonly tag: 'no-such-store'; readonly val?: undefined }
  | { readonly tag: 'access-denied'; readonly val?: undefined }
  | { readonly tag: 'other'; readonly val: string };

/** One page of keys; `cursor` is where the next page starts, absent on the last one. */
export interface KeyResponse {
  keys: string[];
  cursor: bigint | undefined;
}

const error: TypedWit<KeyvalueError> = t.variant({
  'no-such-store': undefined,
  'access-denied': undefined,
  other: t.string,
});

const keyResponse: TypedWit<KeyResponse> = t.record({ keys: t.list(t.string), cursor: t.option(t.u64) });

const bytes = t.list(t.u8);

/** `bucket` is what the component passed to `open`; each provider reads it in its own way. */
export interface KeyvalueStore {
  get(bucket: string, key: string): Promise<Result<Uint8Array | undefined, KeyvalueError>>;
  set(bucket: string, key: string, value: Uint8Array): Promise<Result<undefined, KeyvalueError>>;
  /** Succeeds for a key that does not exist. */
  delete(bucket: string, key: string): Promise<Result<undefined, KeyvalueError>>;
  exists(bucket: string, key: string): Promise<Result<boolean, KeyvalueError>>;
  listKeys(bucket: string, cursor: bigint | undefined): Promise<Result<KeyResponse, KeyvalueError>>;
}

export const keyvalueStore: TypedInterface<KeyvalueStore> = witInterface('wrpc:keyvalue/store@0.2.0-draft', [
  func(
    'get',
    [
      ['bucket', t.string],
      ['key', t.string],
    ],
    t.result(t.option(bytes), error),
  ),
  func(
    'set',
    [
      ['bucket', t.string],
      ['key', t.string],
      ['value', bytes],
    ],
    t.result(undefined, error),
  ),
  func(
    'delete',
    [
      ['bucket', t.string],
      ['key', t.string],
    ],
    t.result(undefined, error),
  ),
  func(
    'exists',
    [
      ['bucket', t.string],
      ['key', t.string],
    ],
    t.result(t.bool, error),
  ),
  func(
    'list-keys',
    [
      ['bucket', t.string],
      ['cursor', t.option(t.u64)],
    ],
    t.result(keyResponse, error),
  ),
]);

export interface KeyvalueAtomics {
  /** Adds `delta` to the number stored under `key` (0 when there is none) and returns the sum. */
  increment(bucket: string, key: string, delta: bigint): Promise<Result<bigint, KeyvalueError>>;
}

export const keyvalueAtomics: TypedInterface<KeyvalueAtomics> = witInterface(
  'wrpc:keyvalue/atomics@0.2.0-draft',
  [
    func(
      'increment',
      [
        ['bucket', t.string],
        ['key', t.string],
        ['delta', t.u64],
      ],
      t.result(t.u64, error),
    ),
  ],
);

export interface KeyvalueBatch {
  /** One entry for each key asked for, in the same order; `undefined` where there is none. */
  getMany(
    bucket: string,
    keys: string[],
  ): Promise<Result<([string, Uint8Array] | undefined)[], KeyvalueError>>;
  setMany(bucket: string, entries: [string, Uint8Array][]): Promise<Result<undefined, KeyvalueError>>;
  deleteMany(bucket: string, keys: string[]): Promise<Result<undefined, KeyvalueError>>;
}

export const keyvalueBatch: TypedInterface<KeyvalueBatch> = witInterface('wrpc:keyvalue/batch@0.2.0-draft', [
  func(
    'get-many',
    [
      ['bucket', t.string],
      ['keys', t.list(t.string)],
    ],
    t.result(t.list(t.option(t.tuple(t.string, bytes))), error),
  ),
  func(
    'set-many',
    [
      ['bucket', t.string],
      ['key-values', t.list(t.tuple(t.string, bytes))],
    ],
    t.result(undefined, error),
  ),
  func(
    'delete-many',
    [
      ['bucket', t.string],
      ['keys', t.list(t.string)],
    ],
    t.result(undefined, error),
  ),
]);

export interface KeyvalueWatcher {
  /** `bucket` is a decimal number for upstream's hosts: `'0'`. */
  onSet(bucket: string, key: string, value: Uint8Array): Promise<undefined>;
  onDelete(bucket: string, key: string): Promise<undefined>;
}

export const keyvalueWatcher: TypedInterface<KeyvalueWatcher> = witInterface(
  'wrpc:keyvalue/watcher@0.2.0-draft',
  [
    func('on-set', [
      ['bucket', t.string],
      ['key', t.string],
      ['value', bytes],
    ]),
    func('on-delete', [
      ['bucket', t.string],
      ['key', t.string],
    ]),
  ],
);
