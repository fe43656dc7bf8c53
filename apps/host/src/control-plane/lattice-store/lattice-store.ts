import {
  type ComponentSpec,
  claimsKey,
  decodeComponentSpec,
  decodeStoredClaims,
  encodeStoredClaims,
  type Link,
  latticeDataBucket,
  parseLatticeDataKey,
  type StoredClaims,
} from '@wasmlattice/control-interface';
import {
  type BucketChange,
  type BucketWatch,
  openBucket,
  watchBucket,
} from '@wasmlattice/lattice-connection';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient } from 'nats';
import { writeFailure } from './lattice-store-error.js';
import { createSpecWriter, type SpecChangeFunction, type StoredSpec } from './spec-writer.js';

/** A spec before and after a change; both are absent-able: links may exist before, and after, any workload. */
export interface SpecChange {
  readonly id: string;
  readonly previous: ComponentSpec | undefined;
  readonly current: ComponentSpec | undefined;
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
  update(id: string, change: SpecChangeFunction): Promise<void>;
  /** The claims of all components and providers that were started on the lattice, in no particular order. */
  claims(): StoredClaims[];
  /** Stores what a token says, for the whole lattice; what was stored of its subject before is replaced. */
  putClaims(claims: StoredClaims): Promise<void>;
  close(): void;
}

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
  const known = new Map<string, StoredSpec>();

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

  const writer = createSpecWriter({
    bucket,
    known: (id) => known.get(id) ?? { spec: undefined, revision: 0 },
    onWritten: (id, { spec, revision }) => apply(id, revision, spec),
  });

  return {
    spec: (id) => known.get(id)?.spec,
    links: () => [...known.values()].flatMap(({ spec }) => spec?.links ?? []),
    update: (id, change) => writer.update(id, change),
    claims: () => [...claims.values()],
    async putClaims(stored) {
      const key = claimsKey(stored.subject);
      try {
        await bucket.put(key, encodeStoredClaims(stored));
      } catch (cause) {
        throw await writeFailure(bucket, key, cause);
      }
      claims.set(stored.subject, stored);
    },
    close: () => watch.close(),
  };
}
