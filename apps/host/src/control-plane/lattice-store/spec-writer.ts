import {
  type ComponentSpec,
  componentSpecKey,
  decodeComponentSpec,
  encodeComponentSpec,
} from '@wasmlattice/control-interface';
import type { KV } from 'nats';
import { LatticeStoreError, writeFailure } from './lattice-store-error.js';

/** A spec as it is stored at a revision of its bucket; revision 0 is that of a key nobody has written. */
export interface StoredSpec {
  readonly spec: ComponentSpec | undefined;
  readonly revision: number;
}

/** Gives the spec after a change, `undefined` to leave it as it is; throws to refuse the change. */
export type SpecChangeFunction = (stored: ComponentSpec | undefined) => ComponentSpec | undefined;

/** Writes specs by compare-and-set. */
export interface SpecWriter {
  /** Resolves once the change is stored, or left the spec as it is; rejects with what the change threw. */
  update(id: string, change: SpecChangeFunction): Promise<void>;
}

export interface SpecWriterOptions {
  readonly bucket: KV;
  /** What is known of a spec without asking the bucket; it may be late. */
  readonly known: (id: string) => StoredSpec;
  /** Called for each write, before those who asked for it hear of it. */
  readonly onWritten: (id: string, written: StoredSpec) => void;
}

/** A write that loses this often in a row meets something other than ordinary contention. */
const maxAttempts = 16;

interface PendingChange {
  readonly change: SpecChangeFunction;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Writes of one spec follow each other, and changes that come while one is under way share the next: a thousand links of one source
 * would be a thousand writes of up to a thousand links otherwise. A first attempt takes what is known, and is checked by the
 * revision; nothing is refused or left as it is before the bucket was asked.
 */
export function createSpecWriter({ bucket, known, onWritten }: SpecWriterOptions): SpecWriter {
  const pending = new Map<string, PendingChange[]>();

  const write = async (id: string): Promise<void> => {
    for (;;) {
      const batch = pending.get(id) ?? [];
      if (batch.length === 0) break;
      pending.set(id, []);
      try {
        const { written, outcomes } = await compareAndSet(bucket, id, known(id), batch);
        if (written !== undefined) onWritten(id, written);
        for (const settle of outcomes) settle();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    pending.delete(id);
  };

  return {
    update(id, change) {
      const done = Promise.withResolvers<void>();
      const waiting = pending.get(id);
      pending.set(id, [...(waiting ?? []), { change, done }]);
      if (waiting === undefined) void write(id);
      return done.promise;
    },
  };
}

interface AppliedChanges {
  /** Absent when no change made another spec. */
  readonly spec: ComponentSpec | undefined;
  /** Whether a change was refused, or left the spec as it is. */
  readonly isPartial: boolean;
  readonly outcomes: readonly (() => void)[];
}

function applyAll(stored: ComponentSpec | undefined, batch: readonly PendingChange[]): AppliedChanges {
  let current = stored;
  let isPartial = false;
  const outcomes = batch.map(({ change, done }) => {
    try {
      const next = change(current);
      if (next === undefined || next === current) isPartial = true;
      else current = next;
      return done.resolve;
    } catch (error) {
      isPartial = true;
      return () => done.reject(error);
    }
  });
  return { spec: current === stored ? undefined : current, isPartial, outcomes };
}

async function compareAndSet(
  bucket: KV,
  id: string,
  known: StoredSpec,
  batch: readonly PendingChange[],
): Promise<{ readonly written?: StoredSpec; readonly outcomes: readonly (() => void)[] }> {
  const key = componentSpecKey(id);
  let refusal: unknown;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    let base = attempt === 0 ? known : await read(bucket, key);
    let applied = applyAll(base.spec, batch);
    if (attempt === 0 && applied.isPartial) {
      base = await read(bucket, key);
      applied = applyAll(base.spec, batch);
    }
    const { spec, outcomes } = applied;
    if (spec === undefined) return { outcomes };
    try {
      const revision = await bucket.put(key, encodeComponentSpec(spec), { previousSeq: base.revision });
      return { written: { spec, revision }, outcomes };
    } catch (error) {
      if (!isWrongRevision(error)) throw await writeFailure(bucket, key, error);
      refusal = error;
    }
  }
  throw new LatticeStoreError(`'${key}' was changed by others ${maxAttempts} times in a row: try again`, {
    cause: refusal,
  });
}

async function read(bucket: KV, key: string): Promise<StoredSpec> {
  const entry = await bucket.get(key);
  return {
    spec: entry?.operation === 'PUT' ? decodeComponentSpec(entry.value) : undefined,
    revision: entry?.revision ?? 0,
  };
}

/** The server's "wrong last sequence" answer. */
const wrongLastSequence = 10071;

function isWrongRevision(error: unknown): boolean {
  const apiError = (error as { api_error?: { err_code?: number } }).api_error;
  return apiError?.err_code === wrongLastSequence;
}
