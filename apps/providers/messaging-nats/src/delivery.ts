import { createClient, type Invoker } from '@wasmlattice/rpc';
import { type BrokerMessage, messagingHandler } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection } from 'nats';
import { createMessageQueue } from './message-queue.js';
import { traceOf } from './publisher.js';
import type { Subscription } from './settings.js';

/**
 * A handler may take long; what ends it is the limit of its component. This is for a host that died meanwhile: the place
 * of its message is free again after that time.
 */
const handlerTimeoutMs = 10 * 60 * 1000;

/** Messages on their way from NATS to one component. */
export interface Delivery {
  /** Takes no more messages; those being handled go on. */
  close(): void;
}

/** Subscribes and resolves once messages will arrive. A message that fails is logged: core NATS sends it only once. */
export async function startDelivery(options: {
  readonly connection: NatsConnection;
  readonly subscriptions: readonly Subscription[];
  readonly component: string;
  readonly linkName: string;
  readonly invoker: Invoker;
  readonly logger: Logger;
}): Promise<Delivery> {
  const { connection, component, linkName, invoker } = options;
  const logger = options.logger.with({ component, link: linkName });
  let overflowing = false;

  const handle = async (message: Msg): Promise<void> => {
    const { handleMessage } = createClient(invoker, {
      target: component,
      interface: messagingHandler,
      headers: { ...traceOf(message.headers), 'link-name': linkName },
      timeoutMs: handlerTimeoutMs,
    });
    try {
      const result = await handleMessage(toBrokerMessage(message));
      if (result.tag === 'err') {
        logger.error('a component failed to handle a message', {
          subject: message.subject,
          error: result.val,
        });
      }
    } catch (error) {
      logger.error('a message could not be handed to its component', { subject: message.subject, error });
    }
  };
  const queue = createMessageQueue(handle);

  const receive = (error: Error | null, message: Msg): void => {
    if (error !== null) {
      logger.error('a subscription failed; check the permissions of the NATS user', { error });
      return;
    }
    const taken = queue.push(message);
    if (!taken && !overflowing) {
      logger.warn('messages are lost: they arrive faster than the component handles them; scale it up', {
        subject: message.subject,
      });
    }
    overflowing = !taken;
  };

  const subscribed = options.subscriptions.map(({ subject, queue: group }) =>
    connection.subscribe(subject, { callback: receive, ...(group === undefined ? {} : { queue: group }) }),
  );
  await connection.flush();
  return {
    close() {
      for (const subscription of subscribed) subscription.unsubscribe();
      queue.close();
    },
  };
}

function toBrokerMessage({ subject, data, reply }: Msg): BrokerMessage {
  return { subject, body: data, replyTo: reply === undefined || reply === '' ? undefined : reply };
}
