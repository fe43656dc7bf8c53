import { type ResourceLimits, Worker } from 'node:worker_threads';
import { type Logger, logLevels } from '@wasmlattice/telemetry';
import type { PreparedComponent, PrepareOptions } from '../engines/engine.js';
import { keepHolds } from '../engines/prepared-holds.js';
import { PrepareThreadError } from './errors.js';
import type { FromPrepareThread, PrepareThreadData, ToPrepareThread } from './messages.js';
import { fromThreadFailure } from './thread-failure.js';

export interface PrepareThreadOptions {
  /** What the thread runs. */
  readonly entry: URL;
  readonly engine: PrepareThreadData['engine'];
  /** Takes what the thread logs. */
  readonly logger: Logger;
  readonly resourceLimits: ResourceLimits | undefined;
}

interface Call {
  readonly id: number;
  readonly component: string;
  readonly result: PromiseWithResolvers<PreparedComponent>;
}

/** Handle of one thread that prepares one component at a time. Its process waits for it only while it does. */
export class PrepareThread {
  readonly #worker: Worker;
  readonly #logger: Logger;
  readonly #exited = Promise.withResolvers<void>();
  #call: Call | undefined;
  #nextId = 1;
  #crash: unknown;
  #gone = false;

  /** @throws what Node.js throws when it can't start a thread */
  constructor({ entry, engine, logger, resourceLimits }: PrepareThreadOptions) {
    this.#logger = logger;
    const logLevel = logLevels.findLast((level) => logger.enabled(level));
    const data: PrepareThreadData = { engine, ...(logLevel !== undefined && { logLevel }) };
    // The environment of the host is no business of a component's code, and the compiler's is none.
    this.#worker = new Worker(entry, {
      workerData: data,
      env: {},
      name: 'prepare',
      ...(resourceLimits !== undefined && { resourceLimits }),
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromPrepareThread) => this.#receive(message));
    // An answer that can't be read is an answer that never comes.
    this.#worker.on('messageerror', (error) => this.#break(error));
    this.#worker.on('error', (error) => {
      this.#crash ??= error;
    });
    this.#worker.on('exit', (code) => this.#leave(code));
  }

  /** Whether the thread has ended, and prepares nothing any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /**
   * To be called again once the one before has settled.
   *
   * @throws PrepareThreadError when the thread ends meanwhile
   * @throws what `Engine.prepare` throws, as far as an error can cross threads: by name, message and causes
   */
  prepare(bytes: Uint8Array, options: PrepareOptions): Promise<PreparedComponent> {
    const { component } = options;
    if (this.#gone) return Promise.reject(new PrepareThreadError(component, this.#crash));
    const call: Call = { id: this.#nextId++, component, result: Promise.withResolvers() };
    const message: ToPrepareThread = { kind: 'prepare', id: call.id, bytes, options };
    try {
      this.#worker.postMessage(message);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#call = call;
    this.#worker.ref();
    return call.result.promise;
  }

  /** Ends the thread at once, whatever it is at; safe to call twice. */
  async end(): Promise<void> {
    this.#crash ??= new Error('it was told to');
    await this.#worker.terminate();
    await this.#exited.promise;
  }

  #receive(message: FromPrepareThread): void {
    switch (message.kind) {
      case 'prepared':
        keepHolds(message.prepared);
        this.#settle(message.id)?.resolve(message.prepared);
        return;
      case 'failed':
        this.#settle(message.id)?.reject(fromThreadFailure(message.error));
        return;
      case 'log':
        this.#logger[message.level](message.message, message.fields);
        return;
    }
  }

  #settle(id: number): PromiseWithResolvers<PreparedComponent> | undefined {
    const call = this.#call;
    if (call?.id !== id) return undefined;
    this.#call = undefined;
    this.#worker.unref();
    return call.result;
  }

  #break(error: unknown): void {
    this.#crash ??= error;
    void this.#worker.terminate();
  }

  #leave(code: number): void {
    this.#gone = true;
    this.#crash ??= new Error(`it exited with code ${code}`);
    const call = this.#call;
    this.#call = undefined;
    call?.result.reject(new PrepareThreadError(call.component, this.#crash));
    this.#exited.resolve();
  }
}
