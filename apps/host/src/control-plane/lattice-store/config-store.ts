import { configDataBucket } from '@wasmlattice/control-interface';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient } from 'nats';
import { openBucket } from './bucket.js';
import { type BucketChange, watchBucket } from './bucket-watch.js';

/** One named configuration: string to string. */
export type NamedConfig = Readonly<Record<string, string>>;

/** A named configuration is missing or unreadable. */
export class ConfigStoreError extends Error {
  override readonly name = 'ConfigStoreError';
}

/** A list of named configurations, merged in order, that follows its sources. */
export interface ConfigBundle {
  /**
   * Later names win key by key (docs/spec/lattice-data.md#7.1); a name that was deleted since counts as empty
   * (docs/spec/lattice-data.md#7.2).
   */
  current(): ReadonlyMap<string, string>;
  close(): void;
}

/** The named configurations of the lattice: bucket `CONFIGDATA_{lattice}`. */
export interface ConfigStore {
  /** The stored bytes of a name, read from the server. */
  get(name: string): Promise<Uint8Array | undefined>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Purges; unknown names are fine. */
  delete(name: string): Promise<void>;
  /**
   * Merges the configurations `names`, and calls `onChange` whenever the merged map changes.
   *
   * @throws ConfigStoreError when a name does not exist or its value is no map of strings
   */
  bundle(
    names: readonly string[],
    onChange: (config: ReadonlyMap<string, string>) => void,
  ): Promise<ConfigBundle>;
  /** Merges once, without following. */
  resolve(names: readonly string[]): Promise<Record<string, string>>;
  close(): void;
}

export async function openConfigStore(options: {
  readonly jetstream: JetStreamClient;
  readonly lattice: string;
  readonly logger: Logger;
  readonly onEnd: (cause?: unknown) => void;
}): Promise<ConfigStore> {
  const { logger, onEnd } = options;
  const bucket = await openBucket(options.jetstream, configDataBucket(options.lattice));
  const bundles = new Set<LiveBundle>();

  const onEntry = (change: BucketChange): void => {
    const interested = [...bundles].filter((bundle) => bundle.names.includes(change.key));
    if (interested.length === 0) return;
    // An unreadable value is passed over, which keeps the old one.
    const config = change.value === undefined ? {} : parseNamedConfig(change.key, change.value);
    for (const bundle of interested) bundle.set(change.key, change.revision, config);
  };
  const watch = await watchBucket(bucket, { onChange: onEntry, onEnd, logger });

  const read = async (name: string): Promise<{ config: NamedConfig; revision: number }> => {
    const entry = await bucket.get(name);
    if (entry === null || entry.operation !== 'PUT') {
      throw new ConfigStoreError(`Config ${name} does not exist: put it with config.put.${name} first`);
    }
    return { config: parseNamedConfig(name, entry.value), revision: entry.revision };
  };

  return {
    async get(name) {
      const entry = await bucket.get(name);
      return entry?.operation === 'PUT' ? entry.value : undefined;
    },
    async put(name, bytes) {
      await bucket.put(name, bytes);
    },
    async delete(name) {
      await bucket.purge(name);
    },
    async bundle(names, onChange) {
      const bundle = new LiveBundle(names, onChange);
      // Followed before it is read: a change between the two is seen, and the older value is recognised.
      bundles.add(bundle);
      try {
        for (const name of names) {
          const { config, revision } = await read(name);
          bundle.set(name, revision, config);
        }
      } catch (error) {
        bundles.delete(bundle);
        throw error;
      }
      bundle.start();
      return {
        current: () => bundle.merged(),
        close: () => void bundles.delete(bundle),
      };
    },
    async resolve(names) {
      const parts = await Promise.all(names.map(read));
      return Object.assign({}, ...parts.map(({ config }) => config)) as Record<string, string>;
    },
    close: () => watch.close(),
  };
}

class LiveBundle {
  readonly names: readonly string[];
  readonly #onChange: (config: ReadonlyMap<string, string>) => void;
  readonly #values = new Map<string, { readonly revision: number; readonly config: NamedConfig }>();
  #merged: ReadonlyMap<string, string> = new Map();
  #started = false;

  constructor(names: readonly string[], onChange: (config: ReadonlyMap<string, string>) => void) {
    this.names = names;
    this.#onChange = onChange;
  }

  set(name: string, revision: number, config: NamedConfig): void {
    const known = this.#values.get(name);
    if (known !== undefined && known.revision >= revision) return;
    this.#values.set(name, { revision, config });
    const merged = new Map(this.names.flatMap((n) => Object.entries(this.#values.get(n)?.config ?? {})));
    if (sameEntries(merged, this.#merged)) return;
    this.#merged = merged;
    if (this.#started) this.#onChange(merged);
  }

  start(): void {
    this.#started = true;
  }

  merged(): ReadonlyMap<string, string> {
    return this.#merged;
  }
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Decodes a stored configuration: a JSON object of strings. */
export function parseNamedConfig(name: string, bytes: Uint8Array): NamedConfig {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ConfigStoreError(`Data corruption error, unable to decode config '${name}' from store`, {
      cause,
    });
  }
  if (!isNamedConfig(value)) {
    throw new ConfigStoreError(`Data corruption error, config '${name}' is not a map of string to string`);
  }
  return value;
}

/** Whether a decoded JSON value is a map of strings. */
export function isNamedConfig(value: unknown): value is NamedConfig {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  );
}
