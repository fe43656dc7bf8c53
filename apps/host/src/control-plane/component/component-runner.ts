import type { ComponentWorkerData, LinkRow } from '@wasmlattice/component-host';
import { invocationClockBytes, startWorker, type WorkerClient } from '@wasmlattice/component-host';
import type { Logger } from '@wasmlattice/telemetry';
import type { Telemetry } from '@wasmlattice/telemetry/sdk';
import type { HttpLeases } from '../http/http-targets.js';
import type { Watchdog } from '../watchdog.js';
import { type CoLocation, noCoLocation } from './co-location.js';

/** A component that runs, whatever becomes of the thread it runs in. */
export interface ComponentRunner {
  scale(maxInstances: number): void;
  setLinks(links: readonly LinkRow[]): void;
  setConfig(config: ReadonlyMap<string, string>): void;
  /** Resolves once every thread of this host that runs the component knows what it was told so far. */
  settled(): Promise<void>;
  /** Completes what is in flight for at most `graceMs`; safe to call twice. */
  stop(graceMs: number): Promise<void>;
}

export interface ComponentRunnerOptions {
  readonly data: Omit<ComponentWorkerData, 'clock' | 'permits'>;
  readonly http: HttpLeases;
  readonly watchdog: Watchdog;
  /** Lets workers run what their component calls; by default every call goes over the lattice. */
  readonly coLocation?: CoLocation;
  readonly logger: Logger;
  /** Exports what the workers measure. */
  readonly telemetry?: Pick<Telemetry, 'intake'>;
  /** Wait before a crashed worker is replaced, in ms: doubles with each crash in a row up to `maxMs`. */
  readonly restart?: { readonly minMs: number; readonly maxMs: number };
  /** Starts the worker thread; another one in tests. */
  readonly startWorker?: typeof startWorker;
}

const defaultRestart = { minMs: 100, maxMs: 30_000 };

/** A worker that ran this long before it crashed starts the waits anew, in ms. */
const stableAfterMs = 60_000;

/**
 * Starts a component in a worker thread of its own and keeps it running: a worker that crashed or was ended by the
 * watchdog is replaced, with the links and configuration of that moment.
 *
 * @throws what keeps the component from running here
 */
export async function startComponentRunner(options: ComponentRunnerOptions): Promise<ComponentRunner> {
  const { http, watchdog, coLocation = noCoLocation, logger, restart = defaultRestart } = options;
  const launchWorker = options.startWorker ?? startWorker;
  const { componentId } = options.data;
  let data = options.data;
  let stopping = false;
  let crashes = 0;
  let current: WorkerClient | undefined;
  let replacing: Promise<void> = Promise.resolve();
  const stopSignal = Promise.withResolvers<void>();
  const place = coLocation.place(options.data);

  const launch = async (): Promise<void> => {
    const clock = new SharedArrayBuffer(invocationClockBytes);
    const permits = place.permits();
    const telemetry = options.telemetry?.intake();
    const worker = await launchWorker(
      { ...data, clock, ...(permits && { permits }) },
      telemetry && { telemetry },
    );
    if (stopping) {
      await worker.stop(0);
      return;
    }
    const startedAt = Date.now();
    const unwatch = watchdog.watch({
      clock,
      maxExecutionTimeMs: data.maxExecutionTimeMs,
      onOverdue: (runningMs) => {
        const reason = `an invocation ran ${runningMs} ms without yielding; the limit is ${data.maxExecutionTimeMs} ms`;
        void worker.terminate(reason);
      },
    });
    current = worker;
    let inService = false;
    let endedBecause: string | undefined;
    void worker.exited.then((exit) => {
      unwatch();
      place.detach(worker);
      endedBecause = exit.reason;
      if (current === worker) current = undefined;
      // Before it is in service, its end is the failure of this launch.
      if (!inService || exit.expected || stopping) return;
      if (Date.now() - startedAt > stableAfterMs) crashes = 0;
      logger.error('the worker of a component ended and is replaced', {
        component: componentId,
        reason: exit.reason,
        crashes: crashes + 1,
      });
      replacing = leaveAddresses(worker).then(relaunch);
    });
    // Messages that arrived while the thread was starting are in `data` by now.
    worker.scale(data.maxInstances);
    worker.setLinks(data.links);
    worker.setConfig(data.config);
    place.attach(worker, permits);
    try {
      await http.attach(componentId, worker);
      if (endedBecause !== undefined) throw new Error(`the worker ended while it started: ${endedBecause}`);
    } catch (error) {
      await leaveAddresses(worker);
      await worker.stop(0);
      throw error;
    }
    inService = true;
    place.open();
  };

  const leaveAddresses = async (worker: WorkerClient): Promise<void> => {
    try {
      await http.detach(componentId, worker, 'gone');
    } catch (error) {
      logger.error('the HTTP address of a component could not be taken back', {
        component: componentId,
        error,
      });
    }
  };

  const relaunch = async (): Promise<void> => {
    while (!stopping) {
      const waitMs = Math.min(restart.maxMs, restart.minMs * 2 ** crashes);
      crashes += 1;
      await Promise.race([delay(waitMs), stopSignal.promise]);
      if (stopping) return;
      try {
        await launch();
        return;
      } catch (error) {
        logger.error('the worker of a component could not be replaced', { component: componentId, error });
      }
    }
  };

  try {
    await launch();
  } catch (error) {
    place.close();
    throw error;
  }
  return {
    scale(maxInstances) {
      data = { ...data, maxInstances };
      place.update(data);
      current?.scale(maxInstances);
    },
    setLinks(links) {
      data = { ...data, links };
      place.update(data);
      current?.setLinks(links);
    },
    setConfig(config) {
      data = { ...data, config: [...config] };
      place.update(data);
      current?.setConfig(data.config);
    },
    async settled() {
      await Promise.all([current?.settled(), place.settled()]);
    },
    async stop(graceMs) {
      stopping = true;
      stopSignal.resolve();
      place.close();
      const worker = current;
      if (worker === undefined) {
        // A replacement that is starting sees `stopping` and ends itself.
        await Promise.race([replacing, delay(graceMs)]);
        return;
      }
      await http.detach(componentId, worker, 'stopping');
      await worker.stop(graceMs);
    },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
