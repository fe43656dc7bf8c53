/** Entry of a serving thread: obeys the control plane. */
import { parentPort, workerData } from 'node:worker_threads';
import { fromThreadFailure, toThreadFailure } from '@wasmlattice/wasm-runtime/engines';
import { DecisionRequests } from '../policy/decision-requests.js';
import { assembleThread } from './assemble-thread.js';
import { CodeRequests } from './code-requests.js';
import type { FromThread, ServingThreadData, ToThread } from './messages.js';

if (parentPort === null) throw new Error('thread-entry.js is a thread of the host, not a program');
const port = parentPort;
const data = workerData as ServingThreadData;

const post = (message: FromThread): void => port.postMessage(message);
const code = new CodeRequests((generation) => post({ kind: 'need-code', generation }));
const decisions = new DecisionRequests(post);
const { thread, close, heed } = assembleThread(data, {
  postTelemetry: (batch) => post({ kind: 'telemetry', batch }),
  postWatched: post,
  loadCode: (generation) => code.request(generation),
  decide: decisions.ask,
});

const answer = (id: number, work: Promise<void>): void => {
  work.then(
    () => post({ kind: 'done', id }),
    (error: unknown) => post({ kind: 'failed', id, error: toThreadFailure(error) }),
  );
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
    case 'decision':
      decisions.answer(message.question, message.decision);
      return;
    case 'forget-decisions':
    case 'target-ended':
    case 'target-gone':
    case 'watch':
    case 'capture':
      heed(message);
      return;
    case 'links':
      thread.runtime(message.generation)?.setLinks(message.links);
      return;
    case 'config':
      thread.runtime(message.generation)?.setConfig(message.config);
      return;
    case 'secrets':
      thread.runtime(message.generation)?.setSecrets(message.secrets);
      return;
    case 'listen':
      answer(message.id, thread.listeners.listen(message));
      return;
    case 'route':
      answer(message.id, thread.listeners.route(message.listener, message.route));
      return;
    case 'tls':
      thread.listeners.setTls(message.listener, message.tls);
      post({ kind: 'done', id: message.id });
      return;
    case 'unroute':
      thread.listeners.unroute(message.listener, message.route);
      post({ kind: 'done', id: message.id });
      return;
    case 'unlisten':
      answer(message.id, thread.listeners.unlisten(message.listener, message.graceMs));
      return;
    case 'serve-client':
      answer(message.id, thread.clients.serve(message.provider));
      return;
    case 'stop-client':
      answer(message.id, thread.clients.stop(message.providerId));
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
