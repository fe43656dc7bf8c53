import type { IClientPublishOptions, MqttClient, Packet } from 'mqtt';

/** The broker has said nothing to a message, which may arrive all the same. */
export class LateAcknowledgementError extends Error {
  override readonly name = 'LateAcknowledgementError';
}

/**
 * What a broker says to a message. `by nobody`: it has no subscribers for it, as far as it says so (MQTT 5, QoS 1 or 2). `unknown`:
 * there is no acknowledgement of QoS 0.
 */
export type Acknowledgement = 'taken' | 'by nobody' | 'unknown';

/** How long the broker may take. */
const acknowledgeMs = 10_000;
/** Of PUBACK and PUBREC. */
const noMatchingSubscribers = 16;

/**
 * Publishes, and says what the broker answers. The client itself would wait for ever when the connection is lost, and does not tell what the
 * acknowledgement says: it resolves with the message.
 */
export class AcknowledgedPublisher {
  readonly #client: MqttClient;
  /** Ids of messages that nobody subscribes to. */
  readonly #unheard = new Set<number | undefined>();

  constructor(client: MqttClient) {
    this.#client = client;
    client.on('packetreceive', (packet: Packet) => {
      const isFirst = packet.cmd === 'puback' || packet.cmd === 'pubrec';
      if (isFirst && packet.reasonCode === noMatchingSubscribers) this.#unheard.add(packet.messageId);
    });
  }

  /** @throws LateAcknowledgementError */
  async publish(topic: string, body: Uint8Array, options: IClientPublishOptions): Promise<Acknowledgement> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const words = `the broker has not acknowledged it within ${acknowledgeMs} ms; it may arrive yet`;
    const timer = setTimeout(() => reject(new LateAcknowledgementError(words)), acknowledgeMs);
    try {
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      const sent = await Promise.race([this.#client.publishAsync(topic, bytes, options), late]);
      if (options.qos === 0) return 'unknown';
      return this.#unheard.delete(sent?.messageId) ? 'by nobody' : 'taken';
    } finally {
      clearTimeout(timer);
    }
  }
}
