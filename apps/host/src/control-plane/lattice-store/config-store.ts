import { configDataBucket } from '@wasmlattice/control-interface';
import { type BucketChange, openBucket, watchBucket } from '@wasmlattice/lattice-connection';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient } from 'nats';

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

/** A list of named configurations, each of which may be missing for a time. */
export interface FollowedConfig {
  /**
   * Merged as those of a bundle are.
   *
   * @throws ConfigStoreError naming one that does not exist, no longer exists or is no map of strings
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
   * @throws ConfigStoreError when a name does not exist, and never did for a workload of this host, or its value is no map of strings
   */
  bundle(
    names: readonly string[],
    onChange: (config: ReadonlyMap<string, string>) => void,
  ): Promise<ConfigBundle>;
  /** Follows the configurations `names`, there or not, and calls `onChange` whenever one of them changes, comes or goes. */
  follow(names: readonly string[], onChange: () => void): Promise<FollowedConfig>;
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
  /** Names that workloads of this host have had. */
  const served = new Set<string>();

  const onEntry = (change: BucketChange): void => {
    const interested = [...bundles].filter((bundle) => bundle.names.includes(change.key));
    if (interested.length === 0) return;
    // An unreadable value is passed over, which keeps the old one.
    const config = change.value === undefined ? undefined : parseNamedConfig(change.key, change.value);
    for (const bundle of interested) bundle.set(change.key, change.revision, config);
  };
  const watch = await watchBucket(bucket, { onChange: onEntry, onEnd, logger });

  /** What was read or written here takes effect here before anybody is told, and not when the watch comes to it. */
  const noteSeen = (key: string, revision: number, value: Uint8Array): void => {
    try {
      onEntry({ key, revision, value });
    } catch (error) {
      logger.debug('an unreadable config changes nothing', { key, error });
    }
  };

  const read = async (name: string): Promise<{ config: NamedConfig; revision: number }> => {
    const entry = await bucket.get(name);
    if (entry === null || entry.operation !== 'PUT') {
      throw missingConfig(name);
    }
    return { config: parseNamedConfig(name, entry.value), revision: entry.revision };
  };

  /**
   * One that was deleted since this host first used it counts as empty (docs/spec/lattice-data.md#7.2): wadm deletes the configs of what
   * an update replaces, and starts what replaces it by the same names.
   */
  const readForWorkload = async (name: string): Promise<{ config: NamedConfig; revision: number }> => {
    try {
      const found = await read(name);
      served.add(name);
      return found;
    } catch (error) {
      if (!(error instanceof MissingConfigError) || !served.has(name)) throw error;
      logger.warn('a config was deleted, and counts as empty until it is put again', { config: name });
      return { config: {}, revision: 0 };
    }
  };

  return {
    async get(name) {
      const entry = await bucket.get(name);
      if (entry?.operation !== 'PUT') return undefined;
      noteSeen(name, entry.revision, entry.value);
      return entry.value;
    },
    async put(name, bytes) {
      noteSeen(name, await bucket.put(name, bytes), bytes);
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
          const { config, revision } = await readForWorkload(name);
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
    async follow(names, onChange) {
      const bundle = new LiveBundle(names, onChange);
      // Most links have no configs on one side or both.
      if (names.length > 0) bundles.add(bundle);
      for (const name of names) {
        try {
          const { config, revision } = await read(name);
          bundle.set(name, revision, config);
        } catch (error) {
          if (error instanceof ConfigStoreError) continue;
          bundles.delete(bundle);
          throw error;
        }
      }
      bundle.start();
      return {
        current() {
          const missing = bundle.missing();
          if (missing !== undefined) throw missingConfig(missing);
          return bundle.merged();
        },
        close: () => void bundles.delete(bundle),
      };
    },
    async resolve(names) {
      const parts = await Promise.all(names.map(readForWorkload));
      return Object.assign({}, ...parts.map(({ config }) => config)) as Record<string, string>;
    },
    close: () => watch.close(),
  };
}

class MissingConfigError extends ConfigStoreError {}

function missingConfig(name: string): ConfigStoreError {
  return new MissingConfigError(`Config ${name} does not exist: put it with config.put.${name} first`);
}

class LiveBundle {
  readonly names: readonly string[];
  readonly #onChange: (config: ReadonlyMap<string, string>) => void;
  /** Without a config: it was deleted. */
  readonly #values = new Map<
    string,
    { readonly revision: number; readonly config: NamedConfig | undefined }
  >();
  #merged: ReadonlyMap<string, string> = new Map();
  #started = false;

  constructor(names: readonly string[], onChange: (config: ReadonlyMap<string, string>) => void) {
    this.names = names;
    this.#onChange = onChange;
  }

  set(name: string, revision: number, config: NamedConfig | undefined): void {
    const known = this.#values.get(name);
    if (known !== undefined && known.revision >= revision) return;
    this.#values.set(name, { revision, config });
    const merged = new Map(this.names.flatMap((n) => Object.entries(this.#values.get(n)?.config ?? {})));
    const cameOrWent = (known?.config === undefined) !== (config === undefined);
    if (!cameOrWent && sameEntries(merged, this.#merged)) return;
    this.#merged = merged;
    if (this.#started) this.#onChange(merged);
  }

  start(): void {
    this.#started = true;
  }

  merged(): ReadonlyMap<string, string> {
    return this.#merged;
  }

  missing(): string | undefined {
    return this.names.find((name) => this.#values.get(name)?.config === undefined);
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
