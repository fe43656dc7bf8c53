import {
  EventSubscribeError,
  type EventSubscription,
  eventNamed,
  subscribeEvents,
} from '@wasmlattice/events';
import type { CliIo } from '../cli-io.js';
import type { LatticeCommand } from '../command.js';

const isPull = eventNamed('artifact_pull_progress');

/** Where standard error is no terminal, hosts that fetch the same are told of this seldom, in ms. */
const everyMs = 3_000;

/** What is told of pulls. */
export interface ShownPulls extends AsyncDisposable {
  /** Makes room for something else to be written. */
  clear(): void;
}

const nothingShown: ShownPulls = { clear() {}, async [Symbol.asyncDispose]() {} };

/**
 * Tells on standard error how far hosts are with what they fetch from registries, until it is disposed of: on one line of a terminal, else
 * on a line now and then. Programs are told nothing.
 */
export async function showPulls({
  connection,
  io,
  lattice,
  options,
}: Pick<LatticeCommand, 'connection' | 'io' | 'lattice' | 'options'>): Promise<ShownPulls> {
  if (options.output === 'json') return nothingShown;
  let events: EventSubscription;
  try {
    events = await subscribeEvents({ connection, lattice, names: ['artifact_pull_progress'] });
  } catch (error) {
    // Whoever may not hear of it waits without.
    if (error instanceof EventSubscribeError) return nothingShown;
    throw error;
  }
  const line = io.terminal?.err === true ? terminalLine(io) : linesNowAndThen(io);
  const told = (async () => {
    for await (const event of events) {
      if (!isPull(event)) continue;
      const { hostId, imageRef, receivedBytes, totalBytes } = event.data;
      const isDone = receivedBytes >= totalBytes;
      const amount = isDone
        ? megabytes(totalBytes)
        : `${megabytes(receivedBytes)} of ${megabytes(totalBytes)}`;
      const verb = isDone ? 'fetched' : 'fetching';
      line.tell(
        `${hostId} ${imageRef}`,
        `${verb} ${imageRef}: ${amount} (host ${hostId.slice(0, 8)})`,
        isDone,
      );
    }
  })();
  return {
    clear: () => line.clear(),
    async [Symbol.asyncDispose]() {
      await events[Symbol.asyncDispose]();
      await told;
      line.clear();
    },
  };
}

interface ProgressLine {
  tell(about: string, text: string, isDone: boolean): void;
  clear(): void;
}

/** One line that is written over, and gone in the end. */
function terminalLine({ err, terminal }: Pick<CliIo, 'err' | 'terminal'>): ProgressLine {
  const { columns = 80 } = terminal ?? {};
  let isShown = false;
  const clear = (): void => {
    if (isShown) err('\r\u001b[2K');
    isShown = false;
  };
  return {
    tell(_about, text, isDone) {
      clear();
      if (isDone) return;
      isShown = true;
      err(text.slice(0, columns - 1));
    },
    clear,
  };
}

function linesNowAndThen({ err }: Pick<CliIo, 'err'>): ProgressLine {
  const last = new Map<string, number>();
  return {
    tell(about, text, isDone) {
      const now = performance.now();
      if (!isDone && now - (last.get(about) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
      last.set(about, now);
      err(`${text}\n`);
    },
    clear() {},
  };
}

/** `0.4 MB`, `12.3 MB`. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
