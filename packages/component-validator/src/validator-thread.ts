import { Worker } from 'node:worker_threads';
import { ValidatorError } from './errors.js';
import { timeFor } from './limits.js';
import type { FromValidatorThread, ToValidatorThread } from './messages.js';
import type { Verdict } from './verdict.js';

/** How often a thread at work is asked for its time. */
const askEveryMs = 100;

/** A thread that does not compute has no time on a processor; so much longer by the clock of the wall, and it is ended. */
const wallFactor = 30;

/**
 * The heap of the thread holds next to nothing: what validation takes is in the validator's memory, which has a bound of its own.
 * Its stack has room for types within one another as deep as wasmparser reads them.
 */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };

interface Call {
  readonly result: PromiseWithResolvers<Verdict>;
  readonly watch: NodeJS.Timeout;
}

/** Handle of one thread that validates one component at a time. Its process waits for it only while it does. */
export class ValidatorThread {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  #call: Call | undefined;
  #crash: unknown;
  #gone = false;

  /** @throws what Node.js throws when it can't start a thread */
  constructor(entry: URL) {
    this.#worker = new Worker(entry, { env: {}, name: 'validate', resourceLimits });
    // Whoever waits for it is told by `validate`.
    this.#ready.promise.catch(() => {});
    this.#worker.on('message', (message: FromValidatorThread) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#crash ??= error;
    });
    this.#worker.on('exit', (code) => this.#leave(code));
  }

  /** Whether the thread has ended, or must end: it validates nothing any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /**
   * To be called again once the one before has settled.
   *
   * @param onBegun called when the thread has the job
   * @throws ValidatorError when the thread ends meanwhile, or its validator breaks
   */
  async validate(job: ToValidatorThread, onBegun?: () => void): Promise<Verdict> {
    this.#worker.ref();
    try {
      await this.#ready.promise;
      const before = await this.#worker.cpuUsage();
      const result = Promise.withResolvers<Verdict>();
      this.#worker.postMessage(job);
      this.#call = { result, watch: this.#watch(job, before) };
      onBegun?.();
      return await result.promise;
    } catch (error) {
      throw error instanceof ValidatorError ? error : new ValidatorError(describe(error), { cause: error });
    } finally {
      clearInterval(this.#call?.watch);
      this.#call = undefined;
      this.#worker.unref();
    }
  }

  /** Ends the thread at once, whatever it is at; safe to call twice. */
  async end(): Promise<void> {
    this.#gone = true;
    this.#crash ??= new Error('its thread was told to end');
    await this.#worker.terminate();
    await this.#exited.promise;
  }

  /** Ends what takes too long. */
  #watch({ bytes, limits }: ToValidatorThread, before: NodeJS.CpuUsage): NodeJS.Timeout {
    const allowed = Math.round(timeFor(bytes.length, limits));
    const started = performance.now();
    const ask = async (): Promise<void> => {
      const { user, system } = await this.#worker.cpuUsage(before);
      const usedMs = (user + system) / 1_000;
      if (usedMs < allowed && performance.now() - started < allowed * wallFactor) return;
      this.#call?.result.resolve({ kind: 'exhausted', resource: 'time', allowed });
      await this.end();
    };
    // A thread that has ended meanwhile can't be asked, and says so by its end.
    return setInterval(() => void ask().catch(() => {}), askEveryMs).unref();
  }

  #receive(message: FromValidatorThread): void {
    switch (message.kind) {
      case 'ready':
        this.#ready.resolve();
        return;
      case 'verdict':
        if (message.verdict.kind === 'exhausted') this.#gone = true;
        this.#call?.result.resolve(message.verdict);
        return;
      case 'failed':
        this.#gone = true;
        this.#call?.result.reject(new ValidatorError(message.message));
        return;
    }
  }

  #leave(code: number): void {
    this.#gone = true;
    const error = new ValidatorError(describe(this.#crash ?? `its thread exited with code ${code}`), {
      cause: this.#crash,
    });
    this.#ready.reject(error);
    this.#call?.result.reject(error);
    this.#exited.resolve();
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
