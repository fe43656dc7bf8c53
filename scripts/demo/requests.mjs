import { setTimeout as wait } from 'node:timers/promises';
import { SetupError } from '../lib/errors.mjs';

/** How long a link may take from its event to the first connection. */
const listenDeadlineMs = 10_000;

/** GETs `url`; resolves to the body of a 200. Connections are tried again for a while: a listener opens after its link. */
export async function get(url) {
  for (const deadline = Date.now() + listenDeadlineMs; ; await wait(50)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
      const body = await response.text();
      if (response.status === 200) return body;
      throw new SetupError(`GET ${url} was answered with ${response.status}: ${body}`);
    } catch (error) {
      if (error?.cause?.code === 'ECONNREFUSED' && Date.now() < deadline) continue;
      if (error instanceof SetupError) throw error;
      throw new SetupError(`GET ${url} failed: ${error?.cause?.message ?? error?.message ?? error}`);
    }
  }
}

/** Calls the counter several times and checks that each answer is one more than the last. */
export async function checkCounts(url, times) {
  let last;
  for (let call = 0; call < times; call++) {
    const { count } = JSON.parse(await get(url));
    if (last !== undefined && count !== last + 1) {
      throw new SetupError(`the counter went from ${last} to ${count}`);
    }
    last = count;
  }
  return last;
}
