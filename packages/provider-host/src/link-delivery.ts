import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { createInbox, type NatsConnection, type PublishOptions } from 'nats';
import { describeLink } from './errors.js';
import { encodeLinkPut, type LinkIdentity, linkKey } from './protocol/index.js';
import { type Sleep, systemSleep } from './sleep.js';

export interface LinkDeliveryOptions {
  readonly connection: NatsConnection;
  /** First tokens of inboxes that the connection may have; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
  /** The link put subject with the xkey of the process: nobody else listens on it. */
  readonly subject: string;
  /** The headers of each message. */
  readonly headers?: (() => Pick<PublishOptions, 'headers'>) | undefined;
  readonly logger?: Logger | undefined;
  readonly sleep?: Sleep | undefined;
}

/**
 * Publishes links to one provider process until it has heard them.
 *
 * A process that has just been started has its HostData but is not subscribed yet; upstream's hosts lose links put
 * in that moment, which is when tools put them. The server says when nobody listens, and then the link is published
 * again. A provider ignores a link it has already, so it does not matter if HostData brought it, too.
 */
export interface LinkDelivery {
  /** Resolves once the link is published for the first time. */
  put(link: InterfaceLinkDefinition): Promise<void>;
  /** Gives up on a link that has not been heard yet. */
  forget(link: LinkIdentity): void;
  /** Gives up on all. */
  stop(): void;
}

const firstRetryMs = 50;
const maxRetryMs = 1_000;
/** About a minute and a half: longer than any provider takes to connect; a 1.0 provider never listens there. */
const maxAttempts = 90;

export function createLinkDelivery(options: LinkDeliveryOptions): LinkDelivery {
  const {
    connection,
    inboxPrefix,
    subject,
    headers = () => ({}),
    logger = noopLogger,
    sleep = systemSleep,
  } = options;
  /** The delivery under way for each link; a later one takes its place. */
  const pending = new Map<string, AbortController>();

  const forget = (link: LinkIdentity): void => {
    pending.get(linkKey(link))?.abort();
    pending.delete(linkKey(link));
  };

  /** Whether somebody listened. */
  const publish = async (payload: string): Promise<boolean> => {
    const inbox = createInbox(inboxPrefix);
    let heard = true;
    const answers = connection.subscribe(inbox, {
      callback: (_error, message) => {
        if (message?.headers?.code === noResponders) heard = false;
      },
    });
    try {
      connection.publish(subject, payload, { ...headers(), reply: inbox });
      // The server's "no responders" comes before its answer to the flush.
      await connection.flush();
    } finally {
      answers.unsubscribe();
    }
    return heard;
  };

  const retry = async (
    link: InterfaceLinkDefinition,
    payload: string,
    signal: AbortSignal,
  ): Promise<void> => {
    for (let attempt = 1; attempt < maxAttempts; attempt += 1) {
      await sleep(Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 16)), signal);
      if (await publish(payload)) return;
    }
    logger.warn(`${describeLink(link)} did not reach the provider: it does not listen for links`, {
      subject,
    });
  };

  return {
    forget,

    async put(link) {
      forget(link);
      const delivery = new AbortController();
      pending.set(linkKey(link), delivery);
      const done = (): void => {
        if (pending.get(linkKey(link)) === delivery) pending.delete(linkKey(link));
      };
      const payload = encodeLinkPut(link);
      if ((await publish(payload)) || delivery.signal.aborted) return done();
      retry(link, payload, delivery.signal)
        .catch((error: unknown) => {
          if (!delivery.signal.aborted) logger.error(`${describeLink(link)} was not delivered`, { error });
        })
        .finally(done);
    },

    stop() {
      for (const delivery of pending.values()) delivery.abort();
      pending.clear();
    },
  };
}

/** Status of a message the server sends when a request has no subscriber. */
const noResponders = 503;
