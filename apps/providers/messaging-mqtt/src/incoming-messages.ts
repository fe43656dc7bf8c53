import type { IPublishPacket, MqttClient, Packet } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import type { Qos } from './broker-access.js';

/** A message that the broker has sent. */
export interface IncomingMessage {
  readonly topic: string;
  readonly body: Uint8Array;
  readonly qos: Qos;
  /** Whether it was there before the subscription. */
  readonly isRetained: boolean;
  readonly properties: IPublishPacket['properties'];
  /** Tells the broker that it need not send the message again. Nothing happens for QoS 0, or a second time. */
  acknowledge(): void;
}

/**
 * Takes the messages of a client, and acknowledges each when it is told to: PUBACK for QoS 1, PUBREC for QoS 2.
 *
 * The client acknowledges a message when its one callback has ended, and until then reads nothing more: no second message, no answer to its
 * own pings. So that messages are handled beside each other and as long as it takes, it is shown every message as one of QoS 0, and
 * acknowledgements are written here. It still answers PUBREL.
 */
export function takeMessages(client: MqttClient, receive: (message: IncomingMessage) => void): void {
  const unacknowledged = new Unacknowledged();

  const take = (packet: IPublishPacket): void => {
    const { messageId, qos, retain, topic } = packet;
    const message = {
      topic,
      body: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
      qos,
      isRetained: retain,
      properties: packet.properties,
    };
    if (qos === 0 || messageId === undefined) {
      receive({ ...message, acknowledge() {} });
      return;
    }
    packet.qos = 0;
    switch (unacknowledged.begin(messageId)) {
      case 'known':
        return;
      case 'done':
        send(messageId, qos);
        return;
      case 'new': {
        const end = unacknowledged.endingOf(messageId);
        receive({
          ...message,
          acknowledge() {
            if (end()) send(messageId, qos);
          },
        });
      }
    }
  };

  /** Without a connection the broker sends the message again, and gets its acknowledgement then. */
  const send = (messageId: number, qos: Qos): void => {
    if (!client.connected) return;
    const cmd = qos === 1 ? 'puback' : 'pubrec';
    const protocolVersion = client.options.protocolVersion;
    const options = protocolVersion === undefined ? {} : { protocolVersion };
    client.stream.write(mqttPacket.generate({ cmd, messageId }, options));
    if (qos === 1) unacknowledged.forget(messageId);
  };

  client.on('packetreceive', (packet: Packet) => {
    switch (packet.cmd) {
      case 'connack':
        if (!packet.sessionPresent) unacknowledged.clear();
        break;
      case 'publish':
        take(packet);
        break;
      case 'pubrel':
        if (packet.messageId !== undefined) unacknowledged.forget(packet.messageId);
        break;
      default:
    }
  });
}

/** The messages of a session, by their ids, that the broker may send again. */
class Unacknowledged {
  #messages = new Map<number, { isDone: boolean }>();

  /** `known`: it is being handled. `done`: it has been, and the broker has not heard so. */
  begin(id: number): 'new' | 'known' | 'done' {
    const found = this.#messages.get(id);
    if (found !== undefined) return found.isDone ? 'done' : 'known';
    this.#messages.set(id, { isDone: false });
    return 'new';
  }

  /** Says once that a message is done; `false` if its id belongs to another one by then. */
  endingOf(id: number): () => boolean {
    const message = this.#messages.get(id);
    return () => {
      if (message === undefined || message.isDone || this.#messages.get(id) !== message) return false;
      message.isDone = true;
      return true;
    };
  }

  forget(id: number): void {
    this.#messages.delete(id);
  }

  clear(): void {
    this.#messages.clear();
  }
}
