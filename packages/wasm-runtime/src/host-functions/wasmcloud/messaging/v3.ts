import { exactly, type HostInterface, type InstanceContext } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../../wasi/io/index.js';
import { Client } from './client.js';
import { createConsumerClient, type MessagingFailure, type Outcome } from './consumer-client.js';
import { Message } from './message.js';
import { RequestOptions } from './request-options.js';

/** `wasmcloud:messaging/types.error` of 0.3.0. */
export type MessagingError =
  | { readonly tag: 'timeout' }
  | { readonly tag: 'connection' | 'permission-denied' | 'other'; readonly val: string };

const version = exactly('0.3.0');

function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.tag === 'ok') return outcome.val;
  throw new ResultError<MessagingError>(errorOf(outcome.val));
}

function errorOf({ kind, text }: MessagingFailure): MessagingError {
  return kind === 'timeout' ? { tag: 'timeout' } : { tag: kind, val: text };
}

function other(text: string): ResultError<MessagingError> {
  return new ResultError({ tag: 'other', val: text });
}

/**
 * The wire is that of 0.2.0: a subject, a body and a subject for replies (docs/spec/wrpc-interfaces.md#6).
 */
function bodyOf(message: Message, { logger }: InstanceContext): Uint8Array {
  if ((message.metadata()?.length ?? 0) > 0) {
    throw other('metadata can not be sent: messaging providers have no place for it; put it into the data');
  }
  if (message.contentType() !== undefined) {
    logger.warn('the content-type of a message is not sent: messaging providers have no place for it');
  }
  return message.data();
}

const types: HostInterface = {
  ...declared('wasmcloud:messaging/types@0.3.0'),
  ...version,
  suspending: [],
  bind: () => ({ Client, Message }),
};

const producer: HostInterface = {
  ...declared('wasmcloud:messaging/producer@0.3.0'),
  ...version,
  suspending: ['send'],
  bind: (context) => ({
    async send(client: Client, topic: string, message: Message): Promise<void> {
      const body = bodyOf(message, context);
      const consumer = createConsumerClient(context, client.linkName);
      unwrap(await consumer.publish({ subject: topic, body, replyTo: undefined }));
    },
  }),
};

const requestReply: HostInterface = {
  ...declared('wasmcloud:messaging/request-reply@0.3.0'),
  ...version,
  suspending: ['request', 'reply'],
  bind: (context) => ({
    RequestOptions,
    async request(
      client: Client,
      topic: string,
      message: Message,
      options: RequestOptions | undefined,
    ): Promise<Message[]> {
      const { timeoutMs, expectedReplies } = options ?? new RequestOptions();
      if (expectedReplies !== 1) {
        throw other(`${expectedReplies} replies can not be awaited: messaging providers answer with one`);
      }
      const body = bodyOf(message, context);
      const consumer = createConsumerClient(context, client.linkName);
      return [Message.from(unwrap(await consumer.request(topic, body, timeoutMs)))];
    },
    /** Does nothing when nobody waits for a reply. */
    async reply(replyTo: Message, message: Message): Promise<void> {
      const body = bodyOf(message, context);
      if (replyTo.replyTo === undefined) return;
      const consumer = createConsumerClient(context);
      unwrap(await consumer.publish({ subject: replyTo.replyTo, body, replyTo: undefined }));
    },
  }),
};

/** `wasmcloud:messaging@0.3.0` on providers of 0.2.0. */
export const messagingInterfacesV3: readonly HostInterface[] = [types, producer, requestReply];
