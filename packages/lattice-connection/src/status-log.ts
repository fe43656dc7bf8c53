import type { Logger } from '@wasmlattice/telemetry';
import { Events, type NatsConnection } from 'nats';

/** Logs what happens to a connection until it is closed; `fields` say which one it is. */
export async function logStatus(
  connection: NatsConnection,
  fields: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<void> {
  for await (const status of connection.status()) {
    switch (status.type) {
      case Events.Disconnect:
        logger.warn('NATS connection lost, reconnecting', fields);
        break;
      case Events.Reconnect:
        logger.info('NATS connection is back', { ...fields, server: String(status.data) });
        break;
      case Events.LDM:
        logger.info('NATS server is about to shut down', fields);
        break;
      case Events.Error:
        logger.warn('NATS server reported an error', { ...fields, error: String(status.data) });
        break;
      default:
        logger.debug(`NATS connection: ${status.type}`, fields);
    }
  }
}
