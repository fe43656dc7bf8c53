import { type ChildProcess, spawn } from 'node:child_process';
import { type Duplex, PassThrough } from 'node:stream';
import type { TelemetryIntake } from '@wasmlattice/telemetry';
import { monotonicMs, type ProcessCeilings } from '@wasmlattice/wasm-runtime';
import { fromThreadFailure } from '@wasmlattice/wasm-runtime/engines';
import type { ComponentStart, ConfigEntries, LinkRow, SecretEntries } from '../component-record.js';
import { answerQuestion } from '../policy/decision-requests.js';
import type { DecideInvocation } from '../policy/invocation-gate.js';
import type { ServedFigures } from '../serving-threads/served-figures.js';
import type { ServingThreadSettings } from '../thread/messages.js';
import type { ThreadNotice } from '../thread/thread-notice.js';
import type { WatchedBatch } from '../thread/watched-batch.js';
import { FrameReader, sendFrame } from './frames.js';
import {
  decodeFromProcess,
  encodeToProcess,
  type FromProcess,
  maxBytesFromProcess,
  type ToProcess,
} from './messages.js';
import { isolatedProgram } from './process-program.js';

/** An isolated process ended while something was asked of it. */
export class IsolatedProcessExitedError extends Error {
  override readonly name = 'IsolatedProcessExitedError';
}

/** Why an isolated process ended. */
export interface ProcessExit {
  /** Whether {@link ProcessClient.close} asked for it. */
  readonly expected: boolean;
  readonly reason: string;
}

export interface ProcessClientOptions {
  /** What the process runs; another program in tests. */
  readonly entry?: URL;
  /** Makes what takes the measurements of a process; closed with it. */
  readonly intake?: (() => TelemetryIntake) | undefined;
  /** Takes what it logs, calls and records while somebody wants that. */
  readonly onWatched?: ((watched: WatchedBatch) => void) | undefined;
  /** Decides about calls. */
  readonly decide?: DecideInvocation | undefined;
  readonly watch?: {
    /** How often the process is asked for an answer, in ms. */
    readonly intervalMs?: number;
    /** How long beyond the deadline of its guests it may take to answer, in ms. */
    readonly marginMs?: number;
  };
}

type Request = Extract<ToProcess, { readonly id: number }>;
type RequestBody = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** How much longer than its grace period a process may take to end by itself, in ms. */
const closeMarginMs = 1_000;
const defaultIntervalMs = 500;
const defaultMarginMs = 250;
/** A process that ended closes its channel first; one that closed it and has not ended after as long, in ms, is ended. */
const exitMarginMs = 1_000;
/** The channel, in the child. */
const channelFd = 3;

/**
 * The control plane's handle of one isolated process. The process gets no open file but its standard error and a channel to the
 * host; when the channel closes, however the host ended, it ends itself.
 */
export class ProcessClient {
  /** Settles when the process ended, whatever the reason; never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #intake: TelemetryIntake | undefined;
  readonly #decide: DecideInvocation | undefined;
  readonly #onWatched: ((watched: WatchedBatch) => void) | undefined;
  readonly #pending = new Map<number, PromiseWithResolvers<ServedFigures | undefined>>();
  readonly #exited = Promise.withResolvers<ProcessExit>();
  readonly #watch: Required<NonNullable<ProcessClientOptions['watch']>>;
  #watching: NodeJS.Timeout | undefined;
  #nextId = 1;
  #expected = false;
  /** Why it was ended, by whom has seen to it first. */
  #reason: string | undefined;
  #gone: IsolatedProcessExitedError | undefined;

  constructor({
    entry = new URL('./process-entry.js', import.meta.url),
    intake,
    decide,
    onWatched,
    watch: { intervalMs = defaultIntervalMs, marginMs = defaultMarginMs } = {},
  }: ProcessClientOptions = {}) {
    const { args, env } = isolatedProgram(entry);
    this.#child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    this.#channel = channelOf(this.#child);
    this.#intake = intake?.();
    this.#decide = decide;
    this.#onWatched = onWatched;
    this.#watch = { intervalMs, marginMs };
    this.exited = this.#exited.promise;
    this.#child.on('error', (error) => this.#leave(`it could not be started: ${error.message}`));
    this.#child.on('exit', (code, signal) =>
      this.#leave(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
    );
    const reader = new FrameReader(maxBytesFromProcess, (bytes) => this.#receive(decodeFromProcess(bytes)));
    this.#channel.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        // What sends this is not, or no longer, the program that was started.
        this.#channel.removeAllListeners('data');
        this.end(`it sent what it may not: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    // Its exit tells more.
    this.#channel.on('error', () => {});
    this.#channel.on('close', () => {
      clearInterval(this.#watching);
      const verdict = setTimeout(() => this.end('it closed its channel to the host'), exitMarginMs);
      void this.exited.then(() => clearTimeout(verdict));
    });
  }

  /** `undefined` when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Resolves once calls for the component arrive there; to be called once.
   *
   * @throws what keeps the component from running, as far as an error can cross processes
   * @throws IsolatedProcessExitedError
   */
  async serve(
    settings: ServingThreadSettings,
    ceilings: ProcessCeilings,
    start: ComponentStart,
  ): Promise<void> {
    await this.#request({ kind: 'serve', settings, ceilings, start });
    this.#beginWatch(start);
  }

  notify(notice: ThreadNotice): void {
    this.#send(notice);
  }

  scale(maxInstances: number): void {
    this.#send({ kind: 'scale', maxInstances });
  }

  setLinks(links: readonly LinkRow[]): void {
    this.#send({ kind: 'links', links });
  }

  setConfig(config: ConfigEntries): void {
    this.#send({ kind: 'config', config });
  }

  setSecrets(secrets: SecretEntries): void {
    this.#send({ kind: 'secrets', secrets });
  }

  /** Resolves once the process knows what it was told so far, or is gone. */
  async settled(): Promise<void> {
    await this.#request({ kind: 'sync' }).catch(() => {});
  }

  /** What its component has done and is at; waits for an answer until the process is gone. */
  async figures(): Promise<ServedFigures | undefined> {
    return await this.#request({ kind: 'figures' }).catch(() => undefined);
  }

  /** Completes what is in flight for at most `graceMs`, then the process ends; safe to call twice. */
  async close(graceMs: number): Promise<void> {
    if (!this.#expected) {
      this.#expected = true;
      const deadline = setTimeout(() => this.end('it did not stop in time'), graceMs + closeMarginMs);
      void this.exited.then(() => clearTimeout(deadline));
      this.#request({ kind: 'close', graceMs }).catch(() => {});
    }
    await this.exited;
  }

  /** Ends the process at once. */
  end(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  #send(message: ToProcess): void {
    if (this.#gone === undefined && this.#channel.writable)
      sendFrame(this.#channel, encodeToProcess(message));
  }

  #request(body: RequestBody): Promise<ServedFigures | undefined> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    const call = Promise.withResolvers<ServedFigures | undefined>();
    this.#pending.set(id, call);
    this.#send({ ...body, id });
    return call.promise;
  }

  #receive(message: FromProcess): void {
    switch (message.kind) {
      case 'done':
        this.#settle(message.id)?.resolve(undefined);
        return;
      case 'failed':
        this.#settle(message.id)?.reject(fromThreadFailure(message.error));
        return;
      case 'may-invoke':
        answerQuestion(message, this.#decide, (verdict) => this.#send(verdict));
        return;
      case 'telemetry':
        this.#intake?.accept(message.batch);
        return;
      case 'logs':
      case 'traces':
      case 'captured':
        this.#onWatched?.(message);
        return;
      case 'figures':
        this.#settle(message.id)?.resolve(message.figures);
        return;
    }
  }

  #settle(id: number): PromiseWithResolvers<ServedFigures | undefined> | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }

  /** A guest that waits is ended by a timer of its process; one that computes leaves no question answered. */
  #beginWatch({ componentId, limits }: ComponentStart): void {
    const maxExecutionTimeMs = limits['execution-time'];
    const { intervalMs, marginMs } = this.#watch;
    let askedAt: number | undefined;
    let isSuspect = false;
    const look = (): void => {
      const now = monotonicMs();
      if (askedAt === undefined) {
        askedAt = now;
        void this.settled().then(() => {
          askedAt = undefined;
          isSuspect = false;
        });
        return;
      }
      const ranMs = Math.round(now - askedAt);
      if (ranMs <= maxExecutionTimeMs + marginMs) return;
      // Both may have been stopped for a while, and the answer is on its way.
      if (isSuspect) {
        this.end(
          `an invocation of component '${componentId}' ran ${ranMs} ms without yielding; the limit is ${maxExecutionTimeMs} ms`,
        );
      }
      isSuspect = true;
    };
    if (this.#channel.destroyed) return;
    this.#watching = setInterval(look, intervalMs);
    this.#watching.unref();
  }

  #leave(reason: string): void {
    if (this.#gone !== undefined) return;
    const why = this.#reason ?? reason;
    this.#gone = new IsolatedProcessExitedError(`the process is gone: ${why}`);
    clearInterval(this.#watching);
    this.#channel.destroy();
    for (const call of this.#pending.values()) call.reject(this.#gone);
    this.#pending.clear();
    this.#intake?.close();
    this.#exited.resolve({ expected: this.#expected, reason: why });
  }
}

/** A host that has too many open files gets a child without any, which tells its error a moment later. */
function channelOf(child: ChildProcess): Duplex {
  const stdio = child.stdio as ChildProcess['stdio'] | undefined;
  return (stdio?.[channelFd] as Duplex | null | undefined) ?? new PassThrough();
}
