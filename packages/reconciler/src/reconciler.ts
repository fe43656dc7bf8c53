import { setTimeout as delay } from 'node:timers/promises';
import { type ApplicationStore, serveApplicationApi } from '@wasmlattice/applications';
import { createControlClient } from '@wasmlattice/control-interface';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { JetStreamClient, KV, NatsConnection } from 'nats';
import type { ExecutorLimits } from './execute/executor.js';
import { KeeperJournal } from './keeper-journal.js';
import type { LatticeData } from './lattice-data.js';
import { contendForLease, type Lease, leaseJetStream } from './lease/lease.js';
import { type Tenure, TenureOverError } from './lease/tenure.js';
import { defaultObservationTimes, type ObservationTimes } from './observation/observation-times.js';
import { openReconcilerBucket } from './reconciler-bucket.js';
import { startTerm } from './term.js';
import { createWadmProbe, type WadmProbe } from './wadm-probe.js';

export interface ReconcilerOptions {
  /** The *control* connection. Stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** Of the host that this is part of. */
  readonly hostId: string;
  readonly store: ApplicationStore;
  readonly data: LatticeData;
  /** JetStream domain of the lattice. */
  readonly jsDomain?: string | undefined;
  /** First part of control subjects, where it is not the usual one. */
  readonly controlPrefix?: string | undefined;
  /** What the connection was opened with, if it may have inboxes of a prefix alone. */
  readonly inboxPrefix?: string | undefined;
  readonly logger?: Logger;
  /** Of the lease, in ms; see `contendForLease`. */
  readonly ttlMs?: number;
  readonly times?: Partial<ObservationTimes>;
  readonly limits?: Partial<ExecutorLimits>;
  /** Between two looks for a wadm, in ms; default 5,000. */
  readonly probeMs?: number;
}

/** A host's part in keeping the applications of its lattice. */
export interface Reconciler extends AsyncDisposable {
  /** Whether this host is the one that acts. */
  readonly acts: boolean;
  /** Leaves it to another host, at once. May be called twice. */
  close(): Promise<void>;
}

/** After a term that could not go on, in ms. */
const pauseMs = 1_000;

/**
 * Takes part in keeping the applications of a lattice: of all hosts that do, one acts, see `contendForLease`. It serves wadm's API and
 * makes the lattice as the deployed manifests say. Where a wadm does that already it steps aside until that is gone. A host that can't
 * use the bucket of the lease says so, and tries again.
 */
export function startReconciler(options: ReconcilerOptions): Reconciler {
  const { connection, hostId, jsDomain, lattice, logger = noopLogger, ttlMs } = options;
  const closed = new AbortController();
  let acting: Promise<void> = Promise.resolve();
  let lease: Lease | undefined;
  const jetstream = connection.jetstream(jsDomain === undefined ? {} : { domain: jsDomain });
  const probe = createWadmProbe({ connection, jetstream, lattice });
  const journal = new KeeperJournal({
    hostId,
    settleMs: options.times?.settleMs ?? defaultObservationTimes.settleMs,
  });

  const keep = async (bucket: KV, tenure: Tenure): Promise<void> => {
    const signal = AbortSignal.any([tenure.signal, closed.signal]);
    let hasWadmCome = false;
    while (!signal.aborted) {
      try {
        const wasThere = await waitWhileWadm(probe, { ...options, logger, signal });
        if (wasThere || hasWadmCome) journal.wadmIsGone();
        hasWadmCome = await act(bucket, tenure, signal);
      } catch (error) {
        if (signal.aborted || error instanceof TenureOverError) return;
        logger.error('applications are not kept at the moment; this is tried again', { error });
      }
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  };

  /** Until the tenure ends, or a wadm appears, which it resolves to. */
  const act = async (bucket: KV, tenure: Tenure, signal: AbortSignal): Promise<boolean> => {
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    await using term = await startTerm({
      ...options,
      jetstream,
      bucket,
      client: createControlClient({
        connection,
        lattice,
        logger,
        ...(options.controlPrefix !== undefined && { prefix: options.controlPrefix }),
        ...(options.inboxPrefix !== undefined && { inboxPrefix: options.inboxPrefix }),
      }),
      tenure,
      journal,
      signal: until,
      logger,
    });
    await using _api = await serveApplicationApi({
      connection,
      jetstream,
      lattice,
      servedBy: hostId,
      store: options.store,
      statusOf: (name) => term.statusOf(name),
      keeper: () => journal.report(term.waitsFor()),
      logger,
    });
    // Who reads it may ask for something.
    logger.info('this host keeps the applications of the lattice from now on', {
      tenure: tenure.number,
      reason: tenure.accession.reason,
    });
    try {
      const ended = Promise.race([term.ended, aborted(until)]).then(() => false);
      return await Promise.race([ended, wadmAppears(probe, options.probeMs, until)]);
    } finally {
      stop.abort();
    }
  };

  const takePart = async (): Promise<void> => {
    const patience = { ...options, logger, signal: closed.signal };
    const bucket = await openPatiently(jetstream, patience);
    const ofLease = await openPatiently(leaseJetStream(connection, jsDomain), patience);
    if (bucket === undefined || ofLease === undefined) return;
    lease = contendForLease({
      connection,
      bucket: ofLease,
      holder: hostId,
      onTenure(tenure) {
        journal.begins(tenure.accession);
        tenure.signal.addEventListener('abort', () => {
          if (tenure.lossReason !== undefined) journal.lost(tenure.lossReason);
        });
        acting = acting.then(() => keep(bucket, tenure));
      },
      ...(ttlMs !== undefined && { ttlMs }),
      logger,
    });
  };
  const takingPart = takePart().catch((error: unknown) =>
    logger.error('this host takes no part in keeping applications', { error }),
  );
  const close = async (): Promise<void> => {
    closed.abort();
    await takingPart;
    // Nothing is asked for any more when another host may begin.
    await acting;
    await lease?.close();
  };
  return {
    get acts() {
      return lease?.tenure !== undefined;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The bucket of the lease, once it can be used; nothing after the signal. */
async function openPatiently(
  jetstream: JetStreamClient,
  { lattice, logger, signal }: Waiting,
): Promise<KV | undefined> {
  let isTold = false;
  while (!signal.aborted) {
    try {
      return await openReconcilerBucket(jetstream, lattice);
    } catch (error) {
      if (!isTold && !signal.aborted) {
        logger.warn('this host takes no part in keeping applications yet, and tries again', { error });
      }
      isTold = true;
      await delay(retryMs, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

const retryMs = 5_000;
const defaultProbeMs = 5_000;

interface Waiting extends Pick<ReconcilerOptions, 'probeMs' | 'lattice'> {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Resolves when nobody but us keeps the applications; to whether a wadm did. */
async function waitWhileWadm(
  probe: WadmProbe,
  { lattice, logger, probeMs = defaultProbeMs, signal }: Waiting,
): Promise<boolean> {
  let wasThere = false;
  while ((await probe.answersApi()) || (await probe.consumesEvents())) {
    if (!wasThere) {
      logger.info('a wadm keeps the applications of this lattice: this host steps aside', { lattice });
    }
    wasThere = true;
    await delay(probeMs, undefined, { signal });
  }
  if (wasThere) logger.info('the wadm is gone, and this host keeps the applications', { lattice });
  return wasThere;
}

/** Resolves to true when one has come, to false at the signal; whoever serves the API hears nothing of another who does. */
async function wadmAppears(
  probe: WadmProbe,
  probeMs = defaultProbeMs,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    await delay(probeMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted && (await probe.consumesEvents())) return true;
  }
  return false;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
