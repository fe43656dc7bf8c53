/** Entry of a serving thread: assembles it and obeys the control plane. */
import { parentPort, workerData } from 'node:worker_threads';
import { createStderrLogger, createTelemetryRelay } from '@wasmlattice/telemetry';
import { ThreadBudgets } from '@wasmlattice/wasm-runtime';
import { fromThreadFailure, toThreadFailure } from '@wasmlattice/wasm-runtime/engines';
import { CodeRequests } from './code-requests.js';
import type { FromThread, ServingThreadData, ToThread } from './messages.js';
import { createRpcClient } from './rpc-client.js';
import { ServingThread } from './serving-thread.js';

if (parentPort === null) throw new Error('thread-entry.js is a thread of the host, not a program');
const port = parentPort;
const data = workerData as ServingThreadData;

const post = (message: FromThread): void => port.postMessage(message);
const telemetry = createTelemetryRelay({
  ...(data.telemetry ?? { traceLevel: undefined, metrics: false, logs: false }),
  post: (batch) => post({ kind: 'telemetry', batch }),
});
const logger = createStderrLogger('component', data.log, { record: telemetry.log });
const rpc = createRpcClient({ settings: data.rpc, lattice: data.lattice, logger, meter: telemetry.meter });
const budgets = new ThreadBudgets(data.budgets, {
  onDropped: (instances) =>
    logger.warn('instances that were kept for later are dropped: a budget of the process is nearly used up', {
      instances,
    }),
});
const code = new CodeRequests((generation) => post({ kind: 'need-code', generation }));
const thread = new ServingThread({
  data,
  rpc,
  loadCode: (generation) => code.request(generation),
  budgets,
  telemetry,
  logger,
});

const answer = (id: number, work: Promise<void>): void => {
  work.then(
    () => post({ kind: 'done', id }),
    (error: unknown) => post({ kind: 'failed', id, error: toThreadFailure(error) }),
  );
};
const close = async (graceMs: number): Promise<void> => {
  await thread.close(graceMs);
  await rpc.close();
  telemetry.close();
};

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'start':
      answer(message.id, thread.start(message.component));
      return;
    case 'stop':
      answer(message.id, thread.stop(message.generation, message.graceMs));
      return;
    case 'scale':
      thread.runtime(message.generation)?.scale(message.maxInstances);
      return;
    case 'park':
      post({
        kind: 'parked',
        id: message.id,
        isParked: thread.runtime(message.generation)?.park() ?? true,
      });
      return;
    case 'code':
      code.answer(message.generation, message.prepared);
      return;
    case 'no-code':
      code.refuse(message.generation, fromThreadFailure(message.error));
      return;
    case 'links':
      thread.runtime(message.generation)?.setLinks(message.links);
      return;
    case 'config':
      thread.runtime(message.generation)?.setConfig(message.config);
      return;
    case 'listen':
      answer(message.id, thread.listeners.listen(message));
      return;
    case 'unlisten':
      answer(message.id, thread.listeners.unlisten(message.listener, message.graceMs));
      return;
    case 'sync':
      post({ kind: 'done', id: message.id });
      return;
    case 'close':
      answer(
        message.id,
        close(message.graceMs).finally(() => port.close()),
      );
      return;
  }
});
post({ kind: 'ready' });
