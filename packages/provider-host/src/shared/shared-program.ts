import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { decodeHostData, offerSeat, type ProviderSeat } from '../protocol/index.js';
import type { FromShared, ToShared } from './messages.js';

/** How long a program may take until it calls `runProvider`, in ms: others wait for it. */
const takeMs = 10_000;

/**
 * The program of a process that several providers share: each is loaded as a module and runs on the one event loop. So they share the code of
 * what they import, which is most of what an idle provider takes.
 */
const stops = new Map<number, AbortController>();
let loading: Promise<void> = Promise.resolve();

function send(message: FromShared): void {
  process.send?.(message);
}

function ended(seat: number, error?: string): void {
  if (stops.delete(seat)) send({ tag: 'ended', seat, error });
}

/** Loads the program anew, as another provider may run the same: its own modules are loaded once. */
async function load({ file, hostData, seat }: Extract<ToShared, { tag: 'start' }>): Promise<void> {
  const stop = stops.get(seat);
  if (stop === undefined) return;
  const taken = Promise.withResolvers<'taken' | 'failed'>();
  const given: ProviderSeat = {
    get hostData() {
      taken.resolve('taken');
      return decodeHostData(hostData);
    },
    write: (text) => send({ tag: 'line', seat, text }),
    stop: stop.signal,
    ended: (error) => ended(seat, error),
  };
  offerSeat(given);
  const url = pathToFileURL(file);
  url.searchParams.set('seat', String(seat));
  import(url.href).catch((error: unknown) => {
    ended(seat, error instanceof Error ? (error.stack ?? error.message) : String(error));
    taken.resolve('failed');
  });
  const outcome = await Promise.race([taken.promise, delay(takeMs, 'late' as const, { ref: false })]);
  offerSeat(undefined);
  if (outcome === 'late') ended(seat, `${file} does not call runProvider`);
}

process.on('message', (message: ToShared) => {
  switch (message.tag) {
    case 'start':
      stops.set(message.seat, new AbortController());
      loading = loading.then(() => load(message));
      break;
    case 'stop':
      stops.get(message.seat)?.abort();
      break;
  }
});
// The host is gone, or has no use for it any more.
process.on('disconnect', () => process.exit(0));
// The host stops its providers in order.
process.on('SIGINT', () => {});
