import { setTimeout as delay } from 'node:timers/promises';
import { DecodeError } from '@wasmlattice/control-interface/codec';
import { BucketError, openBucket, watchBucket } from '@wasmlattice/lattice-connection';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { ErrorCode, type JetStreamClient, type KV, type KvEntry, NatsError } from 'nats';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import { versionOf } from '../manifest/manifest-document.js';
import { decodeApplication, encodeApplication } from './application-record.js';
import type {
  ApplicationStore,
  DeletedApplication,
  DeployedApplication,
  DeployedChange,
  PutApplication,
} from './application-store.js';
import { ApplicationStoreError } from './application-store-error.js';
import { deployedApplications } from './deployed-applications.js';
import { newVersion } from './new-version.js';
import {
  addVersion,
  findVersion,
  newestVersion,
  pruned,
  type StoredApplication,
  withDeployed,
  withoutVersion,
} from './stored-application.js';

export interface KvApplicationStoreOptions {
  readonly jetstream: JetStreamClient;
  readonly lattice: string;
  /** Of a record, in bytes: old versions go before it becomes larger. Default 512 KiB, half of what a server takes of one message. */
  readonly maxRecordBytes?: number;
  readonly logger?: Logger;
}

/** The bucket of wadm: either of us goes on with what the other has stored. */
export const manifestBucket = 'wadm_manifests';

/** How often a change is tried while others change the same record. */
const attempts = 20;

/** Applications in the bucket, and in the form, of wadm 0.21 (docs/spec/wadm.md#3). The bucket is made when something is first stored. */
export function createKvApplicationStore(options: KvApplicationStoreOptions): ApplicationStore {
  return new KvApplicationStore(options);
}

/** What comes of a record: another one, none (`null`), or the same (`undefined`). */
type Change<T> = { readonly record?: StoredApplication | null; readonly result: T };

class KvApplicationStore implements ApplicationStore {
  readonly #jetstream: JetStreamClient;
  readonly #lattice: string;
  readonly #maxRecordBytes: number;
  readonly #logger: Logger;
  #bucket: KV | undefined;

  constructor({ jetstream, lattice, logger, maxRecordBytes }: KvApplicationStoreOptions) {
    this.#jetstream = jetstream;
    this.#lattice = lattice;
    this.#logger = logger ?? noopLogger;
    this.#maxRecordBytes = maxRecordBytes ?? 512 * 1024;
  }

  async list(): Promise<readonly StoredApplication[]> {
    return await this.#told(async () => {
      const bucket = await this.#open('read');
      if (bucket === undefined) return [];
      const names = namesOf(await bucket.get(this.#lattice));
      const records = await Promise.all(names.map((name) => this.#read(bucket, name)));
      return records.flatMap(({ application }) => application ?? []);
    });
  }

  async get(name: string): Promise<StoredApplication | undefined> {
    return await this.#told(async () => {
      const bucket = await this.#open('read');
      return bucket === undefined ? undefined : (await this.#read(bucket, name)).application;
    });
  }

  async put(document: ManifestDocument): Promise<PutApplication> {
    const { name } = document.metadata;
    const at = now();
    return await this.#change(name, (current) => {
      const record = addVersion(current, document, { at, newVersion });
      if (record === undefined) {
        throw new ApplicationStoreError(
          'version-exists',
          `Manifest version ${versionOf(document)} already exists`,
        );
      }
      return {
        record,
        result: {
          application: record,
          version: newestVersion(record).version,
          previous: current && newestVersion(current).version,
        },
      };
    });
  }

  async delete(name: string, version?: string): Promise<DeletedApplication> {
    const at = now();
    return await this.#change(name, (current): Change<DeletedApplication> => {
      const left = current?.versions.length ?? 0;
      const wasDeployed =
        current?.deployedVersion !== undefined &&
        (version ?? current.deployedVersion) === current.deployedVersion;
      if (current === undefined || (version !== undefined && findVersion(current, version) === undefined)) {
        return { result: { deleted: false, wasDeployed: false, left, known: current !== undefined } };
      }
      const record = version === undefined ? undefined : withoutVersion(current, version, at);
      return {
        record: record ?? null,
        result: { deleted: true, wasDeployed, left: record?.versions.length ?? 0, known: true },
      };
    });
  }

  async setDeployed(name: string, version: string | undefined): Promise<DeployedChange | undefined> {
    const at = now();
    return await this.#change(name, (current): Change<DeployedChange | undefined> => {
      if (current === undefined) return { result: undefined };
      if (version !== undefined && findVersion(current, version) === undefined) return { result: undefined };
      const previous = current.deployedVersion;
      if (previous === version && current.canary === undefined)
        return { result: { application: current, previous } };
      const record = withDeployed(current, version, at);
      return { record, result: { application: record, previous } };
    });
  }

  async change(
    name: string,
    edit: (current: StoredApplication) => StoredApplication,
  ): Promise<StoredApplication | undefined> {
    return await this.#change(name, (current): Change<StoredApplication | undefined> => {
      if (current === undefined) return { result: undefined };
      const record = edit(current);
      return record === current ? { result: current } : { record, result: record };
    });
  }

  async *watch({
    signal,
  }: {
    readonly signal?: AbortSignal;
  } = {}): AsyncGenerator<readonly DeployedApplication[]> {
    const bucket = await this.#told(() => this.#open('write'));
    const texts = new Map<string, Uint8Array>();
    const prefix = `${this.#lattice}-`;
    let changed = Promise.withResolvers<void>();
    let failure: ApplicationStoreError | undefined;
    const watch = await this.#told(() =>
      watchBucket(bucket as KV, {
        logger: this.#logger,
        onChange: ({ key, value }) => {
          if (!key.startsWith(prefix)) return;
          if (value === undefined) texts.delete(key);
          else texts.set(key, value);
          changed.resolve();
        },
        onEnd: (cause) => {
          failure = new ApplicationStoreError(
            'unavailable',
            'the applications of the lattice can not be followed any more',
            { cause },
          );
          changed.resolve();
        },
      }),
    );
    const stopped = new Promise<void>((resolve) =>
      signal?.addEventListener('abort', () => resolve(), { once: true }),
    );
    try {
      while (signal?.aborted !== true) {
        if (failure !== undefined) throw failure;
        changed = Promise.withResolvers<void>();
        const records = [...texts].flatMap(
          ([key, bytes]) => this.#decodeWatched(key.slice(prefix.length), bytes) ?? [],
        );
        yield deployedApplications(records);
        await Promise.race([changed.promise, stopped]);
      }
    } finally {
      watch.close();
    }
  }

  #decodeWatched(name: string, bytes: Uint8Array): StoredApplication | undefined {
    try {
      const application = decodeApplication(new TextDecoder().decode(bytes));
      // The key of an application of lattice `a-b` may begin as those of lattice `a` do.
      return application.name === name ? application : undefined;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#logger.warn('a record of an application was passed over', { name, error });
      return undefined;
    }
  }

  /** Carries out a change on the newest record, however often others come first. */
  async #change<T>(name: string, change: (current: StoredApplication | undefined) => Change<T>): Promise<T> {
    return await this.#told(async () => {
      const bucket = (await this.#open('write')) as KV;
      for (let attempt = 1; ; attempt++) {
        const { application, revision } = await this.#read(bucket, name);
        const { record, result } = change(application);
        if (record === undefined) return result;
        try {
          if (record === null) {
            await this.#changeNames(bucket, (names) => names.filter((each) => each !== name));
            await bucket.purge(keyOf(this.#lattice, name), { previousSeq: revision });
          } else {
            await this.#write(bucket, record, revision);
            await this.#changeNames(bucket, (names) => [...new Set([...names, name])].sort());
          }
          return result;
        } catch (error) {
          if (!isConflict(error) || attempt === attempts) throw error;
          await delay(attempt);
        }
      }
    });
  }

  async #write(bucket: KV, application: StoredApplication, revision: number): Promise<void> {
    const fitting = pruned(
      application,
      (each) => Buffer.byteLength(encodeApplication(each)) <= this.#maxRecordBytes,
    );
    const text = encodeApplication(fitting);
    await bucket.put(keyOf(this.#lattice, application.name), text, { previousSeq: revision });
  }

  /** The list of names is what tools read: it has a name once there is a record, and as long as there is one. */
  async #changeNames(bucket: KV, change: (names: readonly string[]) => readonly string[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const entry = await bucket.get(this.#lattice);
      const names = namesOf(entry);
      const wanted = change(names);
      if (wanted.length === names.length) return;
      try {
        await bucket.put(this.#lattice, JSON.stringify(wanted), { previousSeq: entry?.revision ?? 0 });
        return;
      } catch (error) {
        if (!isConflict(error) || attempt === attempts) throw error;
        await delay(attempt);
      }
    }
  }

  async #read(
    bucket: KV,
    name: string,
  ): Promise<{ readonly application: StoredApplication | undefined; readonly revision: number }> {
    const key = keyOf(this.#lattice, name);
    const entry = await bucket.get(key);
    if (entry === null) return { application: undefined, revision: 0 };
    const { revision } = entry;
    if (entry.operation !== 'PUT') return { application: undefined, revision };
    let application: StoredApplication;
    try {
      application = decodeApplication(entry.string());
    } catch (cause) {
      throw new ApplicationStoreError('unreadable', `the record \`${key}\` is none of an application`, {
        cause,
      });
    }
    if (application.name === name) return { application, revision };
    throw new ApplicationStoreError(
      'taken',
      `an application \`${application.name}\` of another lattice is stored as \`${key}\`: choose another name`,
    );
  }

  /** @returns `undefined` where nothing has been stored yet, to read */
  async #open(use: 'read' | 'write'): Promise<KV | undefined> {
    if (this.#bucket !== undefined) return this.#bucket;
    if (use === 'read') {
      const manager = await this.#jetstream.jetstreamManager();
      try {
        await manager.streams.info(`KV_${manifestBucket}`);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    }
    this.#bucket = await openBucket(this.#jetstream, manifestBucket);
    return this.#bucket;
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    if (isConflict(error)) {
      return new ApplicationStoreError('conflict', 'others keep changing the same application: try again', {
        cause: error,
      });
    }
    if (error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded) {
      return new ApplicationStoreError('too-large', 'the manifest is larger than the NATS server takes', {
        cause: error,
      });
    }
    if (error instanceof NatsError || error instanceof BucketError) {
      // It may have been deleted, and be made again.
      this.#bucket = undefined;
      return new ApplicationStoreError(
        'unavailable',
        `the applications in bucket \`${manifestBucket}\` can't be used: ${reasonOf(error)}`,
        {
          cause: error,
        },
      );
    }
    return error;
  }
}

function keyOf(lattice: string, name: string): string {
  if (/^[-\w]+$/.test(name)) return `${lattice}-${name}`;
  throw new ApplicationStoreError(
    'bad-name',
    `\`${name}\` can't be the name of an application that is stored: use letters and digits of ASCII, \`-\` and \`_\``,
  );
}

/** Everything but a list of texts is none. */
function namesOf(entry: KvEntry | null): readonly string[] {
  if (entry?.operation !== 'PUT') return [];
  const names: unknown = JSON.parse(entry.string());
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function now(): string {
  return new Date().toISOString();
}

/** The codes of JetStream: another revision is the last one, there is no such stream. */
const wrongLastSequence = 10071;
const streamNotFound = 10059;

function isConflict(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === wrongLastSequence;
}

function isMissing(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === streamNotFound;
}

function reasonOf(error: Error): string {
  const cause = error instanceof BucketError && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof NatsError ? cause.code : undefined;
  switch (code) {
    case ErrorCode.PermissionsViolation:
      return 'this user may not use it';
    case ErrorCode.JetStreamNotEnabled:
    case ErrorCode.NoResponders:
      return 'JetStream is not enabled on the NATS server';
    case ErrorCode.Timeout:
      return 'JetStream does not answer';
    default:
      return cause.message;
  }
}
