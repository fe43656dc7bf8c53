import { setTimeout as delay } from 'node:timers/promises';
import { otherFailure } from './keyvalue-failure.js';

/** One key of a store that can be replaced only by who knows its latest revision. */
export interface VersionedCell {
  /** Revision 0 when the key never existed. */
  read(): Promise<{ readonly value: Uint8Array; readonly revision: number }>;
  /** `conflict` when the revision is not the latest any more; nothing is written then. */
  replace(value: Uint8Array, revision: number): Promise<'written' | 'conflict'>;
}

export interface Counter {
  /**
   * Adds `delta` and resolves with the sum. When it rejects nothing was added, unless the cell failed while it was
   * being written: then nobody knows.
   */
  add(delta: bigint): Promise<bigint>;
}

export interface CounterOptions {
  readonly cell: VersionedCell;
  /** The key, for messages. */
  readonly name: string;
  /** Called when nothing waits any more. */
  readonly onIdle?: () => void;
  readonly pause?: (ms: number) => Promise<void>;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

interface Addition {
  readonly delta: bigint;
  readonly resolve: (sum: bigint) => void;
  readonly reject: (error: unknown) => void;
}

const maxValue = 2n ** 64n - 1n;

/**
 * Each lost race means that another instance has won one, so instances that all keep counting one key get their
 * turns long before this; it ends the wait when something else writes the key without pause.
 */
const maxAttempts = 200;
const maxPauseMs = 50;

/**
 * Counts in a cell that other processes count in, too. Additions that come while one is being written are summed up
 * and written together, each with its own result, as if they had come one after the other: this process never
 * competes with itself, and a busy key costs two messages at a time.
 */
export function createCounter(options: CounterOptions): Counter {
  const { cell, name, onIdle = () => {} } = options;
  const { pause = (ms) => delay(ms), random = Math.random } = options;
  let waiting: Addition[] = [];
  let working = false;

  const work = async (): Promise<void> => {
    working = true;
    while (waiting.length > 0) {
      const additions = waiting;
      waiting = [];
      try {
        await write(additions);
      } catch (error) {
        for (const addition of additions) addition.reject(error);
      }
    }
    working = false;
    onIdle();
  };

  const write = async (additions: readonly Addition[]): Promise<void> => {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const { value, revision } = await cell.read();
      const { sum, results } = addUp(parseCount(value, name), additions);
      // All of them too large: there is nothing to write.
      const outcome = results.some(({ result }) => result !== undefined)
        ? await cell.replace(new TextEncoder().encode(sum.toString()), revision)
        : 'written';
      if (outcome === 'written') return settle(results);
      await pause(random() * Math.min(maxPauseMs, 2 ** Math.min(attempt, 16)));
    }
    throw otherFailure(
      `could not increment ${name}: it was changed by others at each of ${maxAttempts} attempts`,
    );
  };

  const settle = (results: readonly Outcome[]): void => {
    for (const { addition, result } of results) {
      if (result !== undefined) addition.resolve(result);
      else addition.reject(otherFailure(`could not increment ${name}: the sum is larger than 64 bits hold`));
    }
  };

  return {
    add(delta) {
      return new Promise((resolve, reject) => {
        waiting.push({ delta, resolve, reject });
        if (!working) void work();
      });
    },
  };
}

interface Outcome {
  readonly addition: Addition;
  /** The sum after this addition; absent when it would have been too large. */
  readonly result: bigint | undefined;
}

function addUp(
  start: bigint,
  additions: readonly Addition[],
): { readonly sum: bigint; readonly results: readonly Outcome[] } {
  let sum = start;
  const results = additions.map((addition) => {
    if (sum + addition.delta > maxValue) return { addition, result: undefined };
    sum += addition.delta;
    return { addition, result: sum };
  });
  return { sum, results };
}

/** Decimal text, as upstream's provider stores it; no bytes count as 0, as they do there. */
function parseCount(value: Uint8Array, name: string): bigint {
  if (value.length === 0) return 0n;
  const text = new TextDecoder().decode(value);
  const count = /^\+?[0-9]{1,40}$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (count === undefined || count > maxValue) {
    throw otherFailure(`could not increment ${name}: its value is not a decimal number of 64 bits`);
  }
  return count;
}
