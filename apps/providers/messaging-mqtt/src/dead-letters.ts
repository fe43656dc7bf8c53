import { type DeadLetterCause, deadLetterHeaders } from '@wasmlattice/messaging';
import { type BrokerConnection, BrokerError } from './broker-connection.js';
import type { IncomingMessage } from './incoming-messages.js';

/** Where the messages of one link go that its component could not handle. */
export interface DeadLetters {
  /** Resolves once the broker has it. A second call sends it again. */
  store(message: IncomingMessage, cause: DeadLetterCause, attempts: number): Promise<void>;
}

/** MQTT 3.1.1 has no place for the headers: the topic is all that says what the message is. */
export function createDeadLetters(
  connection: BrokerConnection,
  topic: string,
  component: string,
): DeadLetters {
  return {
    async store(message, cause, attempts) {
      if (!connection.isConnected) throw new BrokerError(`there is no connection to ${connection.name}`);
      const headers = {
        ...deadLetterHeaders(cause, { component, attempts }),
        'Dead-Letter-Topic': message.topic,
        'Dead-Letter-Time': new Date().toISOString(),
      };
      const userProperties = { ...message.properties?.userProperties, ...headers };
      await connection.published.publish(topic, message.body, {
        qos: 1,
        ...(connection.access.version === '5' && { properties: { userProperties } }),
      });
    },
  };
}
