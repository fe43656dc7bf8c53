import { setTimeout as delay } from 'node:timers/promises';
import { jsonFromBytes, jsonToBytes, ObjectReader } from '@wasmlattice/control-interface';
import { describeError, type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { KV, KvEntry } from 'nats';
import { leaseKey } from './lease/lease.js';
import type { Tenure } from './lease/tenure.js';

/** Something that failed, or did not stay, and how often in a row. */
export interface Failure {
  /** What it is about, see `stepKey`. */
  readonly key: string;
  /** Of the step, see `failureDigest`, or where it was done `stepDigest`: another one need not wait. */
  readonly digest: string;
  readonly times: number;
  /** Why it waits, for people; `undefined` where it was done, and may stay this time. */
  readonly reason: string | undefined;
  /** How long that is ago, in ms. */
  readonly ageMs: number;
}

/** A host that left the lattice of late. */
export interface Absence {
  readonly hostId: string;
  /** As it is told to people. */
  readonly label: string;
  /** How long it is ago that it left, each time, in ms; the last time last. */
  readonly goneMs: readonly number[];
  readonly reason: string;
  readonly isOrderly: boolean;
  readonly isHere: boolean;
}

/** What the host that acts has learnt of things that fail and hosts that come and go. */
export interface Trouble {
  readonly failures: readonly Failure[];
  readonly hosts: readonly Absence[];
}

/** Keeps the trouble in the bucket of the reconciler, so that the next host that acts goes on backing off. */
export interface TroubleStore {
  /** What was stored before, as old as it is now, without what is too old to count. */
  readonly known: Trouble;
  /** Stores what is different by now, soon. */
  changed(): void;
  /** Ends it; what is not stored yet is lost. */
  close(): void;
}

export interface TroubleStoreOptions {
  readonly bucket: KV;
  /** Only the one host that acts writes. */
  readonly tenure: Pick<Tenure, 'isCurrent'>;
  readonly read: () => Trouble;
  readonly logger?: Logger;
}

const troubleKey = 'trouble';
/** Older trouble does not count: what failed waits a minute at the most, and hosts are told of for ten. */
const keptMs = 600_000;
/** What is stored at the most, the latest. */
const mostFailures = 200;
const mostHosts = 100;
const mostAbsences = 20;
const longestReason = 500;
/** Between two records, in ms: where one thing fails many do. */
const gapMs = 100;

/** Reads what was stored; one that can't be read is none. */
export async function openTroubleStore(options: TroubleStoreOptions): Promise<TroubleStore> {
  const { bucket, logger = noopLogger, read, tenure } = options;
  const [entry, lease] = await Promise.all([bucket.get(troubleKey), bucket.get(leaseKey)]);
  const known = knownFrom(entry, lease, logger);
  const ended = new AbortController();
  let isDue = false;
  let isWriting = false;

  const write = async (): Promise<void> => {
    while (isDue && !ended.signal.aborted && tenure.isCurrent()) {
      isDue = false;
      await bucket.put(troubleKey, encodeTrouble(read()));
      await delay(gapMs, undefined, { signal: ended.signal });
    }
  };
  return {
    known,
    changed() {
      isDue = true;
      if (isWriting) return;
      isWriting = true;
      write()
        .catch((error: unknown) => {
          if (ended.signal.aborted) return;
          logger.debug('what failed is not stored, and would be tried at once by the next host that acts', {
            error: describeError(error),
          });
        })
        .finally(() => {
          isWriting = false;
        });
    },
    close: () => ended.abort(),
  };
}

/** Ages are measured by the server's clock alone: the lease was renewed just now. */
function knownFrom(entry: KvEntry | null, lease: KvEntry | null, logger: Logger): Trouble {
  if (entry === null || entry.operation !== 'PUT') return { failures: [], hosts: [] };
  const storedMs = Math.max(0, (lease ?? entry).created.getTime() - entry.created.getTime());
  try {
    return aged(decodeTrouble(entry.value), storedMs);
  } catch (error) {
    logger.warn('what failed before this host acted is not understood, and is tried at once', { error });
    return { failures: [], hosts: [] };
  }
}

function aged({ failures, hosts }: Trouble, ms: number): Trouble {
  return {
    failures: failures
      .map((each) => ({ ...each, ageMs: each.ageMs + ms }))
      .filter(({ ageMs }) => ageMs < keptMs),
    hosts: hosts
      .map((each) => ({ ...each, goneMs: each.goneMs.map((age) => age + ms).filter((age) => age < keptMs) }))
      .filter(({ goneMs }) => goneMs.length > 0),
  };
}

export function encodeTrouble({ failures, hosts }: Trouble): Uint8Array {
  const latest = failures.toSorted((a, b) => a.ageMs - b.ageMs).slice(0, mostFailures);
  return jsonToBytes({
    failures: latest.map(({ ageMs, digest, key, reason, times }) => ({
      key,
      digest,
      times,
      ...(reason !== undefined && { reason: reason.slice(0, longestReason) }),
      age_ms: Math.round(ageMs),
    })),
    hosts: hosts.slice(-mostHosts).map(({ goneMs, hostId, isHere, isOrderly, label, reason }) => ({
      host_id: hostId,
      label,
      gone_ms: goneMs.slice(-mostAbsences).map(Math.round),
      reason,
      is_orderly: isOrderly,
      is_here: isHere,
    })),
  });
}

/** The inverse of {@link encodeTrouble}; throws a `DecodeError`. */
export function decodeTrouble(bytes: Uint8Array): Trouble {
  const what = 'record of what failed';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  const listOf = (key: string): ObjectReader[] => {
    const list = reader.value(key);
    return (Array.isArray(list) ? list : []).map((each: unknown) => new ObjectReader(each, what));
  };
  return {
    failures: listOf('failures').map((each) => ({
      key: each.string('key'),
      digest: each.string('digest'),
      times: each.u32Or('times', 1),
      reason: each.optionalString('reason'),
      ageMs: each.u32Or('age_ms', 0),
    })),
    hosts: listOf('hosts').map((each) => {
      const gone = each.value('gone_ms');
      return {
        hostId: each.string('host_id'),
        label: each.string('label'),
        goneMs: Array.isArray(gone) ? gone.filter((age) => typeof age === 'number') : [],
        reason: each.string('reason'),
        isOrderly: each.value('is_orderly') === true,
        isHere: each.value('is_here') === true,
      };
    }),
  };
}
