import type { Logger } from '@wasmlattice/telemetry';
import { isDenied, otherFailure } from './keyvalue-failure.js';
import type { RedisConnection } from './redis-connection.js';

/** What became of a key. */
export type Change = 'set' | 'delete';

/** Events of keys that hold text (https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/); others change no value. */
const changes: ReadonlyMap<string, Change> = new Map([
  ...[
    'set',
    'append',
    'copy_to',
    'incrby',
    'incrbyfloat',
    'move_to',
    'rename_to',
    'restore',
    'setbit',
    'setrange',
  ].map((event) => [event, 'set'] as const),
  ...['del', 'evicted', 'expired', 'move_from', 'rename_from'].map((event) => [event, 'delete'] as const),
]);

export function changeOf(event: string): Change | undefined {
  return changes.get(event);
}

/** Where Redis tells of the events of a key. */
export function keyspaceChannel(database: number, key: string): string {
  return `__keyspace@${database}__:${key}`;
}

/**
 * Looks whether the servers tell of events at all: by default they do not. Where the user may not see that, the log says so.
 *
 * @throws KeyvalueFailure that says what to set
 */
export async function requireNotifications(connection: RedisConnection, logger: Logger): Promise<void> {
  for (const server of await connection.servers()) {
    let flags: string;
    try {
      const [, value] = (await server.send(['CONFIG', 'GET', 'notify-keyspace-events'])) as [Buffer, Buffer];
      flags = value.toString();
    } catch (error) {
      if (!isDenied(error) && !/unknown command/i.test(String(error))) throw error;
      logger.warn('it can not be seen whether Redis tells of changes: notify-keyspace-events needs K$gxe', {
        error,
      });
      return;
    }
    const isTold =
      flags.includes('K') && (flags.includes('A') || (flags.includes('$') && flags.includes('g')));
    if (!isTold) {
      throw otherFailure(
        `Redis does not tell of changes: its notify-keyspace-events is ${JSON.stringify(flags)} and needs K$g (K$gxe to hear of keys that expire or are evicted): redis-cli CONFIG SET notify-keyspace-events K$gxe`,
      );
    }
  }
}
