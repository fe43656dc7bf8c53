/** First bytes of files, and what a thread without a validator does with them. All others are valid, with the thread's id as `components`. */
export const throws = 1;
export const exits = 2;
export const breaks = 3;
export const computes = 4;

const program = `
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', ({ bytes }) => {
    switch (bytes[0]) {
      case ${throws}:
        throw new Error('the memory is gone');
      case ${exits}:
        process.exit(7);
      case ${breaks}:
        parentPort.postMessage({ kind: 'failed', message: 'a rule was forgotten' });
        return;
      case ${computes}:
        for (;;);
    }
    const report = { components: threadId, coreModules: [], customBytes: 0, features: [] };
    parentPort.postMessage({ kind: 'verdict', verdict: { kind: 'valid', report } });
  });
  parentPort.postMessage({ kind: 'ready' });`;

/** The entry of a thread that keeps the protocol of `validate-worker.ts` without a validator. */
export const fakeThread: URL = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
