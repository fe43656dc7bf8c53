import { setTimeout as delay } from 'node:timers/promises';
import { type CallHeaders, createClient, type Invoker, RpcError } from '@wasmlattice/rpc';
import { type BrokerMessage, messagingHandler } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import type { Outcome } from './outcome.js';

/** A message of a link on its way to the component. */
export interface HandedMessage extends BrokerMessage {
  /** `traceparent` and `tracestate` of whoever sent it, as far as they are known. */
  readonly trace: CallHeaders;
}

export interface ComponentHandlerOptions {
  readonly invoker: Invoker;
  readonly component: string;
  readonly linkName: string;
  /** How long the component may take. What ends it is its own limit; this is for a host that died meanwhile. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** Between two attempts to find somebody who runs the component: the first wait, doubled up to the longest. */
const firstWaitMs = 100;
const longestWaitMs = 5_000;

/** Hands messages to one component, wherever in the lattice it runs. */
export class ComponentHandler {
  readonly #options: ComponentHandlerOptions;
  #isUnheard = false;

  constructor(options: ComponentHandlerOptions) {
    this.#options = options;
  }

  /** One attempt. Never rejects. */
  async hand({ trace, ...message }: HandedMessage): Promise<Outcome> {
    const { invoker, component, linkName, timeoutMs } = this.#options;
    const { handleMessage } = createClient(invoker, {
      target: component,
      interface: messagingHandler,
      headers: { ...trace, 'link-name': linkName },
      timeoutMs,
    });
    try {
      const result = await handleMessage(message);
      return result.tag === 'ok' ? { kind: 'handled' } : { kind: 'refused', reason: result.val };
    } catch (error) {
      return { kind: isUnheard(error) ? 'unheard' : 'failed', error };
    }
  }

  /**
   * Hands a message on again and again until some component has seen it: one that is being updated, or is full, costs it no attempt.
   * The log says so once, however many messages wait. After the signal there is no further attempt; the outcome is `unheard` then.
   * Never rejects.
   */
  async handUntilHeard(message: HandedMessage, signal: AbortSignal): Promise<Outcome> {
    const { logger } = this.#options;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
      const outcome = await this.hand(message);
      if (outcome.kind !== 'unheard') {
        if (this.#isUnheard) logger.info('the component takes messages again');
        this.#isUnheard = false;
        return outcome;
      }
      if (!this.#isUnheard) {
        logger.warn('messages wait: no component takes them; start it or scale it up', {
          error: outcome.error,
        });
      }
      this.#isUnheard = true;
      await delay(waitMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return outcome;
    }
  }
}

function isUnheard(error: unknown): boolean {
  return error instanceof RpcError && (error.code === 'not-found' || error.code === 'overloaded');
}
