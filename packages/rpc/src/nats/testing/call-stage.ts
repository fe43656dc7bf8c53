import { type MockInstance, vi } from 'vitest';
import type { CallContext, CallHandler, Server } from '../../serve.js';
import type { WitFunction } from '../../types.js';
import type { ClientCallHost } from '../client-call.js';
import { createNatsInvoker, createNatsServer, type NatsInvoker } from '../index.js';
import type { ServerCallHost } from '../server-call.js';
import { CutConnection } from './cut-connection.js';
import { lattice, NatsPeers } from './nats-peers.js';

export const target = 'peer';
export const instance = 'acme:test/endings@1.0.0';

/** Small, so that senders soon wait for their readers. */
export const windowBytes = 1024;

export type Lines = AsyncIterable<string[]>;

/** A stream whose chunks come when the test says so. */
export class Source implements Lines {
  /** Resolves when the reader leaves before the end. */
  readonly left: Promise<void>;
  readonly #left = Promise.withResolvers<void>();
  readonly #chunks: (string[] | Error)[] = [];
  #wake = Promise.withResolvers<void>();

  constructor() {
    this.left = this.#left.promise;
  }

  /** What comes next; an error ends the stream. */
  put(next: string | Error): void {
    this.#chunks.push(typeof next === 'string' ? [next] : next);
    this.#wake.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<string[]> {
    return {
      next: async () => {
        for (;;) {
          const next = this.#chunks.shift();
          if (next instanceof Error) throw next;
          if (next) return { done: false, value: next };
          await this.#wake.promise;
          this.#wake = Promise.withResolvers();
        }
      },
      return: async () => {
        this.#left.resolve();
        return { done: true, value: undefined };
      },
    };
  }
}

/** A call with all that its two sides hold open, in the hands of the test. */
export class HeldCall {
  readonly controller: AbortController = new AbortController();
  readonly params: Source = new Source();
  readonly results: Source = new Source();
  /** What the handler returns where it waits for the test. */
  readonly answer: PromiseWithResolvers<unknown> = Promise.withResolvers();
  readonly entered: PromiseWithResolvers<CallContext> = Promise.withResolvers();
  /** The result's stream at the caller. */
  reading: AsyncIterator<string[]> | undefined;
  /** Why it failed for its caller, asked for when it is to have ended. */
  failure: () => Promise<unknown> = () => Promise.resolve();
  /** Lets a call that is on its way get there. */
  letThrough: () => void = () => {};

  /** The reason of the handler's signal, once it is aborted. */
  async reason(): Promise<unknown> {
    const { signal } = await this.entered.promise;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return signal.reason;
  }
}

/** What the two sides hold of calls. */
export interface Books {
  readonly callerCalls: number;
  readonly callerBytes: number;
  readonly serverCalls: number;
  readonly serverInbox: number;
  readonly serverBytes: number;
}

export const emptyBooks: Books = {
  callerCalls: 0,
  callerBytes: 0,
  serverCalls: 0,
  serverInbox: 0,
  serverBytes: 0,
};

/** A caller and a server, each with a connection that can be cut. */
export class CallStage implements AsyncDisposable {
  readonly peers: NatsPeers;
  readonly caller: CutConnection;
  readonly callee: CutConnection;
  invoker: NatsInvoker;
  server: Server;
  /** Answers the calls of all functions. */
  handler: CallHandler = async () => {};
  #clock: MockInstance | undefined;

  private constructor(peers: NatsPeers, caller: CutConnection, callee: CutConnection) {
    this.peers = peers;
    this.caller = caller;
    this.callee = callee;
    this.invoker = this.createInvoker();
    this.server = this.#createServer();
  }

  static async start(): Promise<CallStage> {
    const peers = await NatsPeers.start();
    return new CallStage(peers, await CutConnection.open(peers), await CutConnection.open(peers));
  }

  createInvoker(): NatsInvoker {
    const { connection } = this.caller;
    return createNatsInvoker({ connection, lattice, streams: { windowBytes } });
  }

  #createServer(): Server {
    const { connection } = this.callee;
    return createNatsServer({ connection, lattice, drainTimeoutMs: 20, streams: { windowBytes } });
  }

  /** By a new server where the one before is closed. */
  async serve(functions: readonly WitFunction[], isNew = false): Promise<void> {
    if (isNew) this.server = this.#createServer();
    const handler: CallHandler = (params, context) => this.handler(params, context);
    for (const func of functions) await this.server.serve({ target, instance, func, handler });
  }

  get books(): Books {
    const caller = this.invoker as unknown as ClientCallHost;
    const callee = this.server as unknown as ServerCallHost;
    return {
      callerCalls: caller.inbox.size,
      callerBytes: caller.budget.heldBytes,
      serverCalls: callee.calls.size,
      serverInbox: callee.inbox.size,
      serverBytes: callee.budget.heldBytes,
    };
  }

  /** As if so much time had passed, for the deadlines of the caller and all that follows. */
  passTime(ms: number): void {
    const now = performance.now.bind(performance);
    this.#clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
    const { deadlines } = this.invoker as unknown as ClientCallHost;
    deadlines.include(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clock?.mockRestore();
    await this.invoker.close();
    await this.server.close();
    await this.peers[Symbol.asyncDispose]();
    await this.caller.link[Symbol.asyncDispose]();
    await this.callee.link[Symbol.asyncDispose]();
  }
}
