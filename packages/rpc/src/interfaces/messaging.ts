import { func, type Result, type TypedInterface, type TypedWit, t, witInterface } from '../builders.js';

/** A message of `wasmcloud:messaging` (docs/spec/wrpc-interfaces.md#6). */
export interface BrokerMessage {
  subject: string;
  body: Uint8Array;
  replyTo: string | undefined;
}

const brokerMessage: TypedWit<BrokerMessage> = t.record({
  subject: t.string,
  body: t.list(t.u8),
  'reply-to': t.option(t.string),
});

export interface MessagingConsumer {
  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<Result<BrokerMessage, string>>;
  publish(message: BrokerMessage): Promise<Result<undefined, string>>;
}

/** What components call in messaging providers. */
export const messagingConsumer: TypedInterface<MessagingConsumer> = witInterface(
  'wasmcloud:messaging/consumer@0.2.0',
  [
    func(
      'request',
      [
        ['subject', t.string],
        ['body', t.list(t.u8)],
        ['timeout-ms', t.u32],
      ],
      t.result(brokerMessage, t.string),
    ),
    func('publish', [['msg', brokerMessage]], t.result(undefined, t.string)),
  ],
);

export interface MessagingHandler {
  handleMessage(message: BrokerMessage): Promise<Result<undefined, string>>;
}

/** What messaging providers call in components. */
export const messagingHandler: TypedInterface<MessagingHandler> = witInterface(
  'wasmcloud:messaging/handler@0.2.0',
  [func('handle-message', [['msg', brokerMessage]], t.result(undefined, t.string))],
);
