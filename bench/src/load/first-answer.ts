import { get } from 'node:http';
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

function status(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
  });
}
