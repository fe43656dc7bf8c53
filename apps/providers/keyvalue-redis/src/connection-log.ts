import { describeError, type Logger } from '@wasmlattice/telemetry';

/** What a client tells of its connection: `error` for each attempt that failed. */
interface ConnectionEvents {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'ready', listener: () => void): unknown;
}

/** Logs once that the connection is lost, and once that it is back, however many attempts lie between. */
export function logConnection(client: ConnectionEvents, logger: Logger, server: string): void {
  let isLost = false;
  client.on('error', (error) => {
    if (!isLost) logger.warn('a Redis server is out of reach', { server, reason: describeError(error) });
    isLost = true;
  });
  client.on('ready', () => {
    if (isLost) logger.info('a Redis server is back', { server });
    isLost = false;
  });
}
