import {
  type ComponentSpec,
  claimsKey,
  componentSpecKey,
  decodeComponentSpec,
  decodeStoredClaims,
  encodeComponentSpec,
  encodeStoredClaims,
  type Link,
  latticeDataBucket,
  parseLatticeDataKey,
  type StoredClaims,
} from '@wasmlattice/control-interface';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient, KV } from 'nats';
import { openBucket } from './bucket.js';
import { type BucketChange, type BucketWatch, watchBucket } from './bucket-watch.js';

/** A spec before and after a change; both are absent-able: links may exist before, and after, any workload. */
export interface SpecChange {
  readonly id: string;
  readonly previous: ComponentSpec | undefined;
  readonly current: ComponentSpec | undefined;
}

/** Another host kept changing the same spec, or the store refused the write. */
export class LatticeStoreError extends Error {
  override readonly name = 'LatticeStoreError';
}

/** The specs and links of the lattice: what `LATTICEDATA_{lattice}` holds, and this host's view of it. */
export interface LatticeStore {
  spec(id: string): ComponentSpec | undefined;
  /** Every link of the lattice, in no particular order. */
  links(): Link[];
  /**
   * Changes a spec by compare-and-set: `change` gets the stored spec and may run again when another host was
   * faster. It returns `undefined` to leave the spec as it is.
   */
  update(id: string, change: (stored: ComponentSpec | undefined) => ComponentSpec | undefined): Promise<void>;
  /** The claims of all components and providers that were started on the lattice, in no particular order. */
  claims(): StoredClaims[];
  /** Stores what a token says, for the whole lattice; what was stored of its subject before is replaced. */
  putClaims(claims: StoredClaims): Promise<void>;
  close(): void;
}

/** A write that loses this often in a row meets something other than ordinary contention. */
const maxAttempts = 16;

/** Opens the bucket and resolves once everything in it has been seen; `onChange` was called for each spec. */
export async function openLatticeStore(options: {
  readonly jetstream: JetStreamClient;
  readonly lattice: string;
  readonly logger: Logger;
  readonly onChange: (change: SpecChange) => void;
  /** The watch ended on its own: the view of the lattice is no longer kept. */
  readonly onEnd: (cause?: unknown) => void;
}): Promise<LatticeStore> {
  const { logger, onChange, onEnd } = options;
  const bucket = await openBucket(options.jetstream, latticeDataBucket(options.lattice));
  const known = new Map<string, { readonly spec: ComponentSpec | undefined; readonly revision: number }>();

  const claims = new Map<string, StoredClaims>();

  /** Our own writes arrive twice, and an older value must not replace a newer one. */
  const isKnown = (id: string, revision: number): boolean => (known.get(id)?.revision ?? -1) >= revision;

  const apply = (id: string, revision: number, spec: ComponentSpec | undefined): void => {
    if (isKnown(id, revision)) return;
    const previous = known.get(id)?.spec;
    known.set(id, { spec, revision });
    onChange({ id, previous, current: spec });
  };

  const onEntry = (change: BucketChange): void => {
    const key = parseLatticeDataKey(change.key);
    if (key.kind === 'component') {
      // A spec of many links takes its time to read.
      if (isKnown(key.id, change.revision)) return;
      const spec = change.value === undefined ? undefined : decodeComponentSpec(change.value);
      apply(key.id, change.revision, spec);
    } else if (key.kind === 'claims') {
      if (change.value === undefined) claims.delete(key.subject);
      else claims.set(key.subject, decodeStoredClaims(change.value, key.subject));
    } else if (key.kind === 'unknown') {
      logger.warn('unknown key in the lattice data bucket', { key: change.key });
    }
  };
  const watch: BucketWatch = await watchBucket(bucket, { onChange: onEntry, onEnd, logger });

  return {
    spec: (id) => known.get(id)?.spec,
    links: () => [...known.values()].flatMap(({ spec }) => spec?.links ?? []),
    async update(id, change) {
      const written = await compareAndSet(bucket, componentSpecKey(id), (stored) =>
        change(stored === undefined ? undefined : decodeComponentSpec(stored)),
      );
      if (written !== undefined) apply(id, written.revision, written.spec);
    },
    claims: () => [...claims.values()],
    async putClaims(stored) {
      const key = claimsKey(stored.subject);
      try {
        await bucket.put(key, encodeStoredClaims(stored));
      } catch (cause) {
        throw new LatticeStoreError(`failed to store '${key}' in bucket '${await bucketName(bucket)}'`, {
          cause,
        });
      }
      claims.set(stored.subject, stored);
    },
    close: () => watch.close(),
  };
}

async function compareAndSet(
  bucket: KV,
  key: string,
  change: (stored: Uint8Array | undefined) => ComponentSpec | undefined,
): Promise<{ readonly spec: ComponentSpec; readonly revision: number } | undefined> {
  let refusal: unknown;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const entry = await bucket.get(key);
    const stored = entry?.operation === 'PUT' ? entry.value : undefined;
    const spec = change(stored);
    if (spec === undefined) return undefined;
    try {
      const revision = await bucket.put(key, encodeComponentSpec(spec), {
        previousSeq: entry?.revision ?? 0,
      });
      return { spec, revision };
    } catch (error) {
      if (!isWrongRevision(error)) {
        throw new LatticeStoreError(`failed to store '${key}' in bucket '${await bucketName(bucket)}'`, {
          cause: error,
        });
      }
      refusal = error;
    }
  }
  throw new LatticeStoreError(`'${key}' was changed by others ${maxAttempts} times in a row: try again`, {
    cause: refusal,
  });
}

/** The server's "wrong last sequence" answer. */
const wrongLastSequence = 10071;

function isWrongRevision(error: unknown): boolean {
  const apiError = (error as { api_error?: { err_code?: number } }).api_error;
  return apiError?.err_code === wrongLastSequence;
}

async function bucketName(bucket: KV): Promise<string> {
  return await bucket.status().then(
    (status) => status.bucket,
    () => 'lattice data',
  );
}
