import { ComponentHandler, createMessageQueue, describeCause } from '@wasmlattice/messaging';
import type { Invoker } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection } from 'nats';
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
  /** Resolves when none is being handled any more. Called after {@link close}. */
  settled(): Promise<void>;
  /** Why no messages can arrive at the moment; `undefined` while they can. */
  readonly problem: string | undefined;
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
  const handler = new ComponentHandler({ invoker, component, linkName, timeoutMs: handlerTimeoutMs, logger });
  let overflowing = false;

  const handle = async ({ data, headers, reply, subject }: Msg): Promise<void> => {
    const replyTo = reply === undefined || reply === '' ? undefined : reply;
    const outcome = await handler.hand({ subject, body: data, replyTo, trace: traceOf(headers) });
    switch (outcome.kind) {
      case 'handled':
        return;
      case 'refused':
        logger.error('a component failed to handle a message', { subject, error: describeCause(outcome) });
        return;
      default:
        logger.error('a message could not be handed to its component', { subject, error: outcome.error });
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
    problem: undefined,
    close() {
      for (const subscription of subscribed) subscription.unsubscribe();
      queue.close();
    },
    settled: () => queue.settled(),
  };
}
