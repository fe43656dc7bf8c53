/** Entry of a thread that validates and does nothing else. */
import { parentPort } from 'node:worker_threads';
import { judge } from './judge.js';
import type { FromValidatorThread, ToValidatorThread } from './messages.js';
import { loadValidatorModule } from './validator-module.js';

if (parentPort === null) throw new Error('validate-worker.js is a thread of a validator, not a program');
const port = parentPort;
const post = (message: FromValidatorThread): void => port.postMessage(message);

const validator = await loadValidatorModule();

port.on('message', ({ bytes, ...options }: ToValidatorThread) => {
  try {
    post({ kind: 'verdict', verdict: judge(validator, bytes, options) });
  } catch (error) {
    post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
post({ kind: 'ready' });
