import { answering, type LinkMap, type ProviderExport, provide, reasonOf } from '@wasmlattice/provider-sdk';
import type { CallHeaders } from '@wasmlattice/rpc';
import { type BrokerMessage, messagingConsumer } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';

/** Sends what a component publishes or asks through one of its links. */
export interface Publisher {
  /** @throws MessagingFailure */
  publish(message: BrokerMessage, trace: CallHeaders): Promise<void>;
  /**
   * Resolves with the first answer.
   *
   * @throws MessagingFailure
   */
  request(subject: string, body: Uint8Array, timeoutMs: number, trace: CallHeaders): Promise<BrokerMessage>;
}

/** `wasmcloud:messaging/consumer` of publishers. What goes wrong is an answer for the component, never a broken call. */
export function consumerExport(publishers: LinkMap<Publisher>, logger: Logger): ProviderExport {
  const answer = answering({ links: publishers, error: reasonOf, logger, level: 'debug' });
  return provide(messagingConsumer, {
    publish: (message, call) => answer(call, (publisher) => publisher.publish(message, call.headers)),
    request: (subject, body, timeoutMs, call) =>
      answer(call, (publisher) => publisher.request(subject, body, timeoutMs, call.headers)),
  });
}
