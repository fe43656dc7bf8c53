/** Entry of a component's worker thread: assembles the data plane of one component and obeys the control plane. */
import { parentPort, workerData } from 'node:worker_threads';
import { createHandOver, createStderrLogger } from '@wasmlattice/telemetry';
import { createComponentRuntime } from '../component-runtime.js';
import { startCoLocated } from '../same-host/co-located.js';
import { createLocalInvoker } from '../same-host/local-invoker.js';
import { type ComponentWorkerData, type FromWorker, type ToWorker, toWorkerFailure } from './messages.js';
import { createRpcClient } from './rpc-client.js';

if (parentPort === null) throw new Error('serving-thread.js is a thread of the host, not a program');
const port = parentPort;
const data = workerData as ComponentWorkerData;

const post = (message: FromWorker): void => port.postMessage(message);
const telemetry = createHandOver({
  ...(data.telemetry ?? { traceLevel: undefined, metrics: false, logs: false }),
  post: (batch) => post({ kind: 'telemetry', batch }),
});
const logger = createStderrLogger('component', data.log, {
  fields: { component: data.componentId },
  record: telemetry.log,
});
const rpc = createRpcClient({
  settings: data.rpc,
  lattice: data.lattice,
  logger,
  meter: telemetry.meter,
});
const local = createLocalInvoker({
  lattice: rpc.invoker,
  start: (component, invoker) => startCoLocated({ host: data, component, invoker, telemetry }),
  logger: logger.named('calls'),
  meter: telemetry.meter,
});

try {
  const runtime = await createComponentRuntime({
    data,
    rpc: { server: rpc.server, invoker: local },
    logger,
    telemetry,
  });

  const answer = (id: number, work: Promise<void>): void => {
    work.then(
      () => post({ kind: 'done', id }),
      (error: unknown) => post({ kind: 'failed', id, error: toWorkerFailure(error) }),
    );
  };
  const stop = async (graceMs: number): Promise<void> => {
    await runtime.close(graceMs);
    await local.close(graceMs);
    await rpc.close();
    telemetry.close();
  };
  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'scale':
        runtime.scale(message.maxInstances);
        return;
      case 'links':
        runtime.setLinks(message.links);
        return;
      case 'config':
        runtime.setConfig(message.config);
        return;
      case 'callees':
        local.setCallees(message.callees);
        return;
      case 'listen':
        answer(message.id, runtime.listen(message));
        return;
      case 'unlisten':
        answer(message.id, runtime.unlisten(message.listener, message.graceMs));
        return;
      case 'sync':
        post({ kind: 'done', id: message.id });
        return;
      case 'stop':
        answer(
          message.id,
          stop(message.graceMs).finally(() => port.close()),
        );
        return;
    }
  });
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'unusable', error: toWorkerFailure(error) });
  await rpc.close();
  port.close();
}
