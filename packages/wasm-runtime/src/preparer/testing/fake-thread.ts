/** What a thread without an engine makes of a component of that name. All others it prepares: their format is the thread's id. */
export const throws = 'throws';
export const exits = 'exits';
export const exhaustsMemory = 'exhausts-memory';
/** Logs that it has begun, and never ends. */
export const spins = 'spins';

const program = `
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', ({ id, options: { component } }) => {
    parentPort.postMessage({ kind: 'log', level: 'info', message: component, fields: { threadId } });
    const taken = [];
    switch (component) {
      case '${throws}':
        throw new Error('the compiler broke');
      case '${exits}':
        process.exit(7);
      case '${exhaustsMemory}':
        for (;;) taken.push(new Array(10_000).fill(component));
      case '${spins}':
        for (;;);
    }
    const prepared = { engine: 'fake', format: threadId, skeleton: new Uint8Array(), codeBytes: 0 };
    parentPort.postMessage({ kind: 'prepared', id, prepared });
  });`;

/** The entry of a thread that keeps the protocol of `prepare-worker.ts` without any engine. */
export const fakeThread: URL = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
