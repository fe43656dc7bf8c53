import { setTimeout as delay } from 'node:timers/promises';
import {
  backOffMs,
  type ComponentHandler,
  type DeadLetterCause,
  describeCause,
  type Failure,
} from '@wasmlattice/messaging';
import type { ConnectionMonitor } from '@wasmlattice/rpc/nats';
import type { Logger } from '@wasmlattice/telemetry';
import type { JsMsg } from 'nats';
import { traceOf } from '../publisher.js';
import type { DeadLetters } from './dead-letters.js';
import type { StreamMetrics } from './stream-metrics.js';

export interface StreamMessagesOptions {
  readonly handler: ComponentHandler;
  readonly ackWaitMs: number;
  /** Attempts at a message; `undefined` if there is no limit. */
  readonly maxDeliver: number | undefined;
  readonly backOffMs: readonly number[];
  /** Without, a message that has failed too often is given up. */
  readonly deadLetters: DeadLetters | undefined;
  readonly metrics: StreamMetrics;
  readonly logger: Logger;
  /** Of the connection that the message came on. */
  readonly monitor: ConnectionMonitor;
  /** Aborted when no further attempt may begin: what waits for its component goes back. */
  readonly signal: AbortSignal;
}

/** Between two attempts to store a dead letter. */
const storeAgainMs = 2_000;

/**
 * Handles one message of a consumer from its arrival to its answer to the server. It is the component's as long as the component works:
 * the server is told so again and again, whatever the ack wait is. Never rejects.
 *
 * | what happens | what the server is told |
 * |---|---|
 * | the component has handled it | ack |
 * | it answered with an error, or the call broke | nak, to deliver it again after the back-off |
 * | the same at the last attempt | term, after the dead letter is stored |
 * | no component takes it until the provider stops | nak, to deliver it to another provider at once |
 */
export async function handleStreamMessage(message: JsMsg, options: StreamMessagesOptions): Promise<void> {
  const { ackWaitMs, handler, maxDeliver, metrics, monitor, signal } = options;
  const attempt = message.info.deliveryCount;
  const logger = options.logger.with({ subject: message.subject, sequence: message.seq, attempt });
  // The client drops what it is given while there is no connection.
  const tell = async (answer: (message: JsMsg) => void): Promise<void> => {
    await monitor.settled(signal);
    try {
      answer(message);
    } catch (error) {
      logger.debug('a message could not be answered; it is delivered again', { error });
    }
  };
  const extending = setInterval(() => {
    if (monitor.state === 'connected') message.working();
  }, ackWaitMs / 3);
  try {
    if (maxDeliver !== undefined && attempt > maxDeliver) {
      await giveUp({ kind: 'attempts-lost' });
      return;
    }
    // Its reply subject is where it is acknowledged: nothing for the component.
    const handed = { subject: message.subject, body: message.data, replyTo: undefined };
    const outcome = await handler.handUntilHeard({ ...handed, trace: traceOf(message.headers) }, signal);
    switch (outcome.kind) {
      case 'handled':
        metrics.count('handled');
        await tell((each) => each.ack());
        break;
      case 'unheard':
        await tell((each) => each.nak());
        break;
      default:
        if (maxDeliver !== undefined && attempt >= maxDeliver) await giveUp(outcome);
        else await deliverAgain(outcome);
    }
  } finally {
    clearInterval(extending);
  }

  async function deliverAgain(failure: Failure): Promise<void> {
    const waitMs = backOffMs(options.backOffMs, attempt);
    metrics.count('redelivered');
    logger.warn('a component failed to handle a message; it is delivered again', {
      again_in_ms: waitMs,
      of: maxDeliver,
      error: describeCause(failure),
    });
    await tell((each) => each.nak(waitMs));
  }

  async function giveUp(cause: DeadLetterCause): Promise<void> {
    const { deadLetters } = options;
    const error = describeCause(cause);
    if (deadLetters === undefined) {
      metrics.count('given-up');
      logger.error('a message is given up; a dead_letter_subject would keep it', { error });
      await tell((each) => each.term());
      return;
    }
    while (!(await isStored(deadLetters, cause))) {
      await delay(storeAgainMs, undefined, { signal }).catch(() => {});
      // It is delivered again, and is a dead letter then.
      if (signal.aborted) return;
    }
    metrics.count('dead-letter');
    logger.error('a message is a dead letter', { error });
    await tell((each) => each.term());
  }

  async function isStored(deadLetters: DeadLetters, cause: DeadLetterCause): Promise<boolean> {
    try {
      await deadLetters.store(message, cause);
      return true;
    } catch (error) {
      logger.error('a dead letter could not be stored; its message is kept', { error });
      return false;
    }
  }
}
