import { ValidatorClosedError, ValidatorError } from './errors.js';
import { defaultValidationLimits, type ValidationLimits } from './limits.js';
import { ValidatorThread } from './validator-thread.js';
import type { Verdict } from './verdict.js';

export interface ComponentValidatorOptions {
  /** Those that are absent are the default ones. */
  readonly limits?: Partial<ValidationLimits>;
  /** How long the thread waits for more work before it ends, in ms. By default 5,000: it takes 50 ms on a processor to start, and 20 MB. */
  readonly idleMs?: number;
  /** What the thread runs; another program in tests. */
  readonly entry?: URL;
}

export interface ValidateOptions {
  /** Whether a verdict of `valid` or `unsupported` tells what the component is made of, which takes several times as long; by default not. */
  readonly report?: boolean;
  /** Ends the wait, and the work on this component. */
  readonly signal?: AbortSignal;
  /** Called when the thread has the component: what blocks the caller's own thread holds nothing up from then on. */
  readonly onBegun?: () => void;
}

/** Validates in a thread of its own, one component after the other in the order in which they were asked for. */
export interface ComponentValidator extends AsyncDisposable {
  /**
   * @param bytes what may be a component; not copied when it is in shared memory
   * @throws ValidatorError when the validator breaks: the next one gets a new thread
   * @throws ValidatorClosedError after `close`
   * @throws the signal's reason
   */
  validate(bytes: Uint8Array, options?: ValidateOptions): Promise<Verdict>;
  /** Gives up what has no verdict yet and ends the thread; safe to call twice. */
  close(): Promise<void>;
}

/** Nothing is started before the first component. */
export function createComponentValidator(options: ComponentValidatorOptions = {}): ComponentValidator {
  return new ThreadValidator(options);
}

const defaultIdleMs = 5_000;

/** What a report costs: the component is validated once for each feature that it uses. */
const reportTimeFactor = 20;

class ThreadValidator implements ComponentValidator {
  readonly #entry: URL;
  readonly #limits: ValidationLimits;
  readonly #idleMs: number;
  readonly #closing = new AbortController();
  /** Settles when what was asked for so far has its verdict; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #thread: ValidatorThread | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor({ limits, idleMs = defaultIdleMs, entry }: ComponentValidatorOptions) {
    this.#entry = entry ?? new URL('./validate-worker.js', import.meta.url);
    this.#limits = { ...defaultValidationLimits, ...limits };
    this.#idleMs = idleMs;
  }

  async validate(
    bytes: Uint8Array,
    { report = false, signal, onBegun }: ValidateOptions = {},
  ): Promise<Verdict> {
    signal?.throwIfAborted();
    const stop = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
    const turn = this.#last.then(() => this.#judge(bytes, { report, onBegun }, stop));
    this.#last = turn.catch(() => {});
    return await untilAborted(turn, stop);
  }

  async close(): Promise<void> {
    this.#closing.abort(new ValidatorClosedError());
    await this.#last;
    await this.#end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #judge(
    bytes: Uint8Array,
    { report, onBegun }: { readonly report: boolean; readonly onBegun: (() => void) | undefined },
    stop: AbortSignal,
  ): Promise<Verdict> {
    stop.throwIfAborted();
    const thread = this.#takeThread();
    // Nobody can ask the validator to stop.
    const onStop = (): void => void thread.end();
    stop.addEventListener('abort', onStop, { once: true });
    const limits = report
      ? { ...this.#limits, timeMs: this.#limits.timeMs * reportTimeFactor }
      : this.#limits;
    try {
      return await thread.validate({ bytes, limits, report }, onBegun);
    } finally {
      stop.removeEventListener('abort', onStop);
      if (thread.gone) await this.#end();
      else this.#rest();
    }
  }

  #takeThread(): ValidatorThread {
    clearTimeout(this.#idle);
    try {
      if (this.#thread === undefined || this.#thread.gone) this.#thread = new ValidatorThread(this.#entry);
      return this.#thread;
    } catch (error) {
      throw new ValidatorError('its thread can not be started', { cause: error });
    }
  }

  #rest(): void {
    this.#idle = setTimeout(() => void this.#end(), this.#idleMs).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }
}

/** @throws the signal's reason as soon as it is aborted */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    promise.catch(() => {});
  }
}
