import { ProviderSilentError } from './ask-provider.js';
import { describeLastWords } from './process/last-words.js';
import type { ProcessExit, ProviderProcess } from './process/provider-process.js';
import type { HealthReply } from './protocol/index.js';
import { type Sleep, systemSleep } from './sleep.js';

/** A process that was started does not serve; the message says what it did instead, with its last words. */
export class NotServingError extends Error {
  override readonly name = 'NotServingError';
  /** The message without the last words. */
  readonly reason: string;
  /** The last of what it wrote to standard error. */
  readonly lastLines: readonly string[];

  constructor(reason: string, lastLines: readonly string[]) {
    super(`${reason}${describeLastWords(lastLines)}`);
    this.reason = reason;
    this.lastLines = lastLines;
  }
}

export interface ServingOptions {
  readonly process: ProviderProcess;
  /** Asks the process for its health. */
  readonly check: () => Promise<HealthReply>;
  /** How long it may take until it serves, in ms. */
  readonly timeoutMs: number;
  /** Gives up. */
  readonly signal: AbortSignal;
  readonly sleep?: Sleep | undefined;
}

const firstRetryMs = 20;
const maxRetryMs = 250;

/**
 * Resolves with the answer of a process once it answers its health request and, if it says so, its calls. One of wasmCloud answers
 * when `init` and the links of its start are done. That it is not healthy is an answer, too: it serves.
 *
 * @throws NotServingError when the process ends or time is over; the signal's reason
 */
export async function waitUntilServing(options: ServingOptions): Promise<HealthReply> {
  const { check, process, signal, sleep = systemSleep, timeoutMs } = options;
  const over = new AbortController();
  const given = AbortSignal.any([signal, over.signal]);

  const asked = async (): Promise<HealthReply> => {
    for (let attempt = 0; ; attempt += 1) {
      const reply = await check().catch((error: unknown) => {
        if (error instanceof ProviderSilentError) return undefined;
        const reason = `its answer to a health request can not be read: ${error instanceof Error ? error.message : String(error)}`;
        throw new NotServingError(reason, process.lastLines());
      });
      if (reply !== undefined && reply.isServing !== false) return reply;
      await sleep(Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(attempt, 8)), given);
    }
  };
  const ended = process.exited.then((exit) => {
    throw new NotServingError(`it ${describeExit(exit)} before it served`, exit.lastLines);
  });
  const late = sleep(timeoutMs, given).then(() => {
    const reason = `it did not answer a health request within ${timeoutMs} ms`;
    throw new NotServingError(reason, process.lastLines());
  });
  try {
    return await Promise.race([asked(), ended, late]);
  } finally {
    over.abort();
  }
}

/** `exited with code 1` or `was ended by SIGKILL`. */
export function describeExit({ code, signal }: ProcessExit): string {
  return signal === undefined ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`;
}
