import { randomUUID } from 'node:crypto';
import { describeError, type Logger, noopLogger } from '@wasmlattice/telemetry';
import { Events, type JetStreamClient, type KV, type KvEntry, type NatsConnection, NatsError } from 'nats';
import { decodeLeaseRecord, encodeLeaseRecord, type LeaseRecord } from './lease-record.js';
import { type Accession, RenewedTenure, type Tenure } from './tenure.js';

export interface LeaseOptions {
  /** Its loss ends a tenure. Stays the caller's. */
  readonly connection: NatsConnection;
  /** The bucket of the lease, see `openReconcilerBucket`. */
  readonly bucket: KV;
  /** Id of this host. */
  readonly holder: string;
  /** Called when this host begins to act; the end is told by the tenure. */
  readonly onTenure: (tenure: Tenure) => void;
  /**
   * How long others wait for the next renewal, in ms; 1,800 by default, so that a dead host is followed within some 2 s. It is longer while the
   * server takes long to answer, up to 10 s.
   */
  readonly ttlMs?: number;
  readonly logger?: Logger;
}

/** A host's part in the contest for the lease. */
export interface Lease {
  /** The tenure of this host while it lasts. */
  readonly tenure: Tenure | undefined;
  /** Who holds the lease as far as this host knows; `undefined` if nobody does. */
  readonly holder: string | undefined;
  /** Gives the lease up, so that another host takes it at once. */
  close(): Promise<void>;
}

/** Of its record in the bucket. */
export const leaseKey = 'lease';
/** A holder renews, and others look, so many times before the lease runs out. */
const turnsPerTtl = 5;
/** What a holder leaves of the time: between its last look at the clock and the arrival of what it sends. */
const marginShare = 0.2;
/** A lease outlasts so many of the slowest answers of late. */
const answersPerTtl = 5;
const longestTtlMs = 10_000;
/** The code of JetStream for a record that somebody else has changed. */
const wrongLastSequence = 10071;

/**
 * Contends for the lease of a lattice until it is closed. At most one contender has a tenure at any time.
 *
 * No clocks are compared: who waits measures, on a clock of its own, for how long a record stays the same, and the holder ends its tenure
 * earlier than that, counted from before it sent its last renewal. Each change is a compare-and-set, so that of several who try one
 * succeeds.
 */
export function contendForLease(options: LeaseOptions): Lease {
  const { bucket, connection, holder, onTenure, ttlMs = 1_800, logger = noopLogger } = options;
  const session = randomUUID();
  const now = (): number => performance.now();
  /** The record that is known, and since when; `undefined` before the first look, a record of `undefined` if there is none. */
  let seen:
    | { readonly revision: number; readonly record: LeaseRecord | undefined; readonly at: number }
    | undefined;
  let tenure: RenewedTenure | undefined;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let trouble = '';

  /** The slowest answer of the server, forgotten slowly; in ms. */
  let slowest = 0;

  const timed = async <T>(answer: Promise<T>): Promise<T> => {
    const sentAt = now();
    try {
      return await answer;
    } finally {
      slowest = Math.max(now() - sentAt, slowest * 0.9);
    }
  };
  const own = (): LeaseRecord => {
    const needed = Math.min(slowest * answersPerTtl, longestTtlMs);
    return { holder, session, ttlMs: Math.round(Math.max(ttlMs, needed)) };
  };
  const isOwn = (record: LeaseRecord | undefined): boolean => record?.session === session;

  const look = async (): Promise<void> => {
    const entry = await timed(bucket.get(leaseKey));
    const revision = entry?.revision ?? 0;
    if (seen?.revision !== revision) seen = { revision, record: recordOf(entry, logger), at: now() };
  };

  /** Writes over the record that is known; resolves to until when that lasts for us, or to nothing if somebody else was faster. */
  const write = async (record: LeaseRecord): Promise<number | undefined> => {
    const sentAt = now();
    try {
      const bytes = encodeLeaseRecord(record);
      const known = seen?.revision ?? 0;
      const revision = await timed(
        known === 0 ? bucket.create(leaseKey, bytes) : bucket.update(leaseKey, bytes, known),
      );
      seen = { revision, record, at: now() };
      return sentAt + record.ttlMs * (1 - marginShare);
    } catch (error) {
      if (!(error instanceof NatsError) || error.api_error?.err_code !== wrongLastSequence) throw error;
      await look();
      return undefined;
    }
  };

  const renew = async (current: RenewedTenure): Promise<void> => {
    const validUntil = await write(own());
    if (validUntil !== undefined) current.extend(validUntil);
    // A renewal that was answered too late is there all the same, and the next one follows it.
    else if (!isOwn(seen?.record)) current.end(`${holderOf(seen?.record)} took it`);
  };

  const isFree = (): boolean => {
    if (seen === undefined) return false;
    const { at, record } = seen;
    if (record?.holder === undefined || isOwn(record)) return true;
    return now() - at >= Math.max(ttlMs, record.ttlMs);
  };

  const contend = async (): Promise<void> => {
    await look();
    if (!isFree() || isClosed) return;
    const accession = accessionAfter(seen?.record, isOwn(seen?.record), now() - (seen?.at ?? 0));
    const validUntil = await write(own());
    if (validUntil === undefined || isClosed || connection.isClosed()) return;
    const begun = new RenewedTenure(seen?.revision ?? 0, accession, validUntil, now);
    tenure = begun;
    begun.signal.addEventListener('abort', () => {
      if (isClosed) return;
      logger.warn('this host keeps the applications no longer', {
        tenure: begun.number,
        reason: begun.lossReason,
      });
    });
    onTenure(begun);
  };

  let turning: Promise<void> | undefined;
  const turn = async (): Promise<void> => {
    try {
      if (tenure?.signal.aborted === false) await renew(tenure);
      else {
        tenure = undefined;
        await contend();
      }
      trouble = '';
    } catch (error) {
      const text = describeError(error);
      // The same cause again is no news.
      if (text !== trouble && !isClosed)
        logger.warn('the lease of the reconciler can not be read or written', { error });
      trouble = text;
    }
  };
  const takeTurns = (): void => {
    turning = turn().then(() => {
      if (!isClosed) timer = setTimeout(takeTurns, ttlMs / turnsPerTtl);
    });
  };
  takeTurns();

  endAtDisconnect(connection, () => tenure?.end('its connection to NATS was lost')).catch(() => {});

  return {
    get tenure() {
      return tenure?.isCurrent() ? tenure : undefined;
    },
    get holder() {
      return seen?.record?.holder;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      await turning;
      const held = tenure?.signal.aborted === false;
      tenure?.end(undefined);
      if (held && !connection.isClosed()) {
        await write({ holder: undefined, session, ttlMs }).catch((error: unknown) =>
          logger.debug('the lease was not given up, and runs out', { error }),
        );
      }
    },
  };
}

/** What a client sends while it has no connection arrives later, when another host may act. */
async function endAtDisconnect(connection: NatsConnection, end: () => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === Events.Disconnect) end();
  }
}

function holderOf(record: LeaseRecord | undefined): string {
  return record?.holder === undefined ? 'another host' : `host ${record.holder}`;
}

/** @param quietMs for how long the record before was seen unchanged */
function accessionAfter(before: LeaseRecord | undefined, isOwn: boolean, quietMs: number): Accession {
  if (before === undefined) return { reason: 'nobody kept them before', isOrderly: true };
  if (before.holder === undefined) return { reason: 'the host before gave it up', isOrderly: true };
  if (isOwn) return { reason: 'it had the lease before, and nobody took it meanwhile', isOrderly: true };
  const seconds = (quietMs / 1_000).toFixed(1);
  return {
    reason: `host ${before.holder} did before, and did not renew its lease for ${seconds} s`,
    isOrderly: false,
  };
}

function recordOf(entry: KvEntry | null, logger: Logger): LeaseRecord | undefined {
  if (entry === null || entry.operation !== 'PUT') return undefined;
  try {
    return decodeLeaseRecord(entry.value);
  } catch (error) {
    logger.warn('the record of the lease is not understood, and is replaced', { error });
    return undefined;
  }
}

/** The JetStream client for a lease: what is not answered by then has to be tried again before the longest lease runs out. */
export function leaseJetStream(connection: NatsConnection, jsDomain: string | undefined): JetStreamClient {
  return connection.jetstream({ timeout: 2_000, ...(jsDomain !== undefined && { domain: jsDomain }) });
}
