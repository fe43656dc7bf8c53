import { ThreadCaptures } from '@wasmlattice/capture/recorder';
import {
  createLogTap,
  createStderrLogger,
  createTelemetryRelay,
  createTraceTap,
  type Logger,
  type LogRecord,
  Redactor,
  type TelemetryBatch,
  type TelemetryRelay,
} from '@wasmlattice/telemetry';
import { ThreadBudgets } from '@wasmlattice/wasm-runtime';
import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import { type DecideInvocation, ThreadDecisions } from '../policy/invocation-gate.js';
import { machineTime } from './machine-time.js';
import type { ServingThreadData } from './messages.js';
import { createRpcClient } from './rpc-client.js';
import { ServingThread } from './serving-thread.js';
import type { ThreadNotice } from './thread-notice.js';
import type { WatchedBatch } from './watched-batch.js';

/** A thread that serves components, with all that it has of its own. */
export interface AssembledThread {
  readonly thread: ServingThread;
  readonly logger: Logger;
  readonly telemetry: TelemetryRelay;
  heed(notice: ThreadNotice): void;
  /** Finishes what is in flight within `graceMs` and closes the connections. */
  close(graceMs: number): Promise<void>;
}

export interface AssembleThreadOptions {
  /** Takes what the thread measures. */
  readonly postTelemetry: (batch: TelemetryBatch) => void;
  /** Takes what the thread logs, calls and records while somebody wants that. */
  readonly postWatched: (watched: WatchedBatch) => void;
  /** Gets the code of a generation. */
  readonly loadCode: (generation: number) => Promise<PreparedComponent>;
  /** Decides about calls, where the settings of the thread have that. */
  readonly decide: DecideInvocation;
}

/**
 * Frames that V8 keeps of each stack: its default of 10 shows little of where a guest was. A thread that serves makes few errors but those
 * of guests that end, and most stacks of its own are shorter anyway.
 */
const stackFrames = 64;

export function assembleThread(
  data: ServingThreadData,
  { postTelemetry, postWatched, loadCode, decide }: AssembleThreadOptions,
): AssembledThread {
  Error.stackTraceLimit = stackFrames;
  const redactor = new Redactor();
  const logs = createLogTap({ post: (batch) => postWatched({ kind: 'logs', batch }) });
  const traces = createTraceTap({ post: (batch) => postWatched({ kind: 'traces', batch }) });
  const telemetry = createTelemetryRelay({
    ...(data.telemetry ?? { traceLevel: undefined, metrics: false, logs: false }),
    post: postTelemetry,
    redactor,
    tap: traces,
  });
  const record = (record: LogRecord): void => {
    telemetry.log?.(record);
    logs.take(record);
    traces.takeLog(record);
  };
  const logger = createStderrLogger('component', data.log, { record, redactor });
  const rpc = createRpcClient({ settings: data.rpc, lattice: data.lattice, logger, meter: telemetry.meter });
  const budgets = new ThreadBudgets(data.budgets, {
    onDropped: (instances) =>
      logger.warn(
        'instances that were kept for later are dropped: a budget of the process is nearly used up',
        {
          instances,
        },
      ),
  });
  const decisions = data.policesInvocations === true ? new ThreadDecisions(decide) : undefined;
  const captures = new ThreadCaptures({ post: (captured) => postWatched({ kind: 'captured', captured }) });
  const thread = new ServingThread({
    data,
    rpc,
    loadCode,
    decisions,
    budgets,
    telemetry,
    redactor,
    captures,
    logger,
  });
  return {
    thread,
    logger,
    telemetry,
    heed(notice) {
      switch (notice.kind) {
        case 'forget-decisions':
          decisions?.forget();
          return;
        case 'target-ended':
          rpc.targetEnded(notice.target);
          return;
        case 'target-gone':
          rpc.targetGone(notice.target, performance.now() - (machineTime() - notice.since));
          return;
        case 'watch':
          (notice.what === 'logs' ? logs : traces).open(notice.forMs);
          return;
        case 'capture':
          captures.obey(notice.order);
          return;
      }
    },
    async close(graceMs) {
      await thread.close(graceMs);
      await rpc.close();
      logs.close();
      traces.close();
      telemetry.close();
    },
  };
}
