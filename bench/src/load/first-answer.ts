import { once } from 'node:events';
import { get } from 'node:http';
import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Between attempts, in ms: the resolution of a cold start. */
const retryMs = 1;

/** Resolves at the first 200 from a server that may not be there yet; rejects after `deadlineMs`. */
export async function firstAnswer(port: number, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while ((await status(port)) !== 200) {
    if (performance.now() > deadline) throw new Error(`no answer from port ${port} within ${deadlineMs} ms`);
    await wait(retryMs);
  }
}

/** Resolves when the port answers no longer, or with an error: a host may keep the port of a stopped component. */
export async function untilStopped(port: number, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while ((await status(port)) === 200) {
    if (performance.now() > deadline) throw new Error(`port ${port} still answers after ${deadlineMs} ms`);
    await wait(retryMs);
  }
}

/** Resolves once the port takes connections; makes no request. Rejects after `deadlineMs`. */
export async function untilListening(port: number, deadlineMs: number): Promise<void> {
  for (const deadline = performance.now() + deadlineMs; ; await wait(retryMs)) {
    const socket = createConnection({ host: '127.0.0.1', port });
    try {
      await once(socket, 'connect');
      return;
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`nothing listens on port ${port}`, { cause });
    } finally {
      socket.destroy();
    }
  }
}

/** The status of the answer to one request for `/`; `undefined` when there is none. */
export function status(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
  });
}
