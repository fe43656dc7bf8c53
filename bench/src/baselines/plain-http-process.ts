import { Worker } from 'node:worker_threads';
import type { PlainHttpCommand, PlainHttpReport } from './plain-http.js';

let worker: Worker | undefined;

function report(message: PlainHttpReport): void {
  process.send?.(message);
}

process.on('message', async (command: PlainHttpCommand) => {
  switch (command.kind) {
    case 'start':
      worker = new Worker(new URL('./plain-http-worker.js', import.meta.url), { workerData: command.port });
      break;
    case 'stop':
      await worker?.terminate();
      report({ kind: 'stopped' });
      break;
  }
});
process.on('disconnect', () => process.exit());
report({ kind: 'ready' });
