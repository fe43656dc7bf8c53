import { fork } from 'node:child_process';
import { once } from 'node:events';
import { firstAnswer } from '../load/first-answer.js';

/** `node:http` in a worker thread of a process of its own: the shape of a host, with nothing of ours in it. */
export interface PlainHttp extends AsyncDisposable {
  readonly port: number;
  /** Starts the worker; resolves when the command is sent, not when it listens. */
  startWorker(): void;
  stopWorker(): Promise<void>;
}

/** What the processes tell each other. */
export type PlainHttpCommand = { readonly kind: 'start'; readonly port: number } | { readonly kind: 'stop' };
export type PlainHttpReport = { readonly kind: 'ready' } | { readonly kind: 'stopped' };

export async function startPlainHttp(port: number): Promise<PlainHttp> {
  const child = fork(new URL('./plain-http-process.js', import.meta.url), { stdio: 'inherit' });
  const report = async (kind: PlainHttpReport['kind']): Promise<void> => {
    const [message] = await once(child, 'message');
    const { kind: got } = message as PlainHttpReport;
    if (got !== kind) throw new Error(`the plain server said ${got} instead of ${kind}`);
  };
  const send = (command: PlainHttpCommand): void => void child.send(command);
  await report('ready');
  return {
    port,
    startWorker: () => send({ kind: 'start', port }),
    async stopWorker() {
      const stopped = report('stopped');
      send({ kind: 'stop' });
      await stopped;
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

/** Ms from the start of the worker to its first answer; it is stopped again. */
export async function timePlainStart(plain: PlainHttp, deadlineMs: number): Promise<number> {
  const from = performance.now();
  plain.startWorker();
  await firstAnswer(plain.port, deadlineMs);
  const took = performance.now() - from;
  await plain.stopWorker();
  return took;
}
