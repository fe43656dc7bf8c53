import { setTimeout as delay } from 'node:timers/promises';
import { ClientOfflineError, ErrorReply } from '@redis/client';
import type { KeyResponse } from '@wasmlattice/rpc/interfaces';
import { failureOf, type KeyvalueFailure, otherFailure, ResponseTimeoutError } from './keyvalue-failure.js';
import type { CommandPart, RedisConnection, RedisReply } from './redis-connection.js';

/** The operations of `wasi:keyvalue` on a Redis server or cluster. All reject with a `KeyvalueFailure`. */
export interface RedisStore {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  /** Succeeds when there is none. */
  delete(key: string): Promise<void>;
  exists(key: string): Promise<boolean>;
  /** Some keys, and the cursor for those after them; a key may come twice while others are written. */
  keys(cursor: bigint | undefined): Promise<KeyResponse>;
  /** Counts at most once, also when it rejects: a command that may have arrived is never sent again. */
  increment(key: string, delta: bigint): Promise<bigint>;
  /** One entry for each key, in the order asked for. */
  getMany(keys: readonly string[]): Promise<([string, Uint8Array] | undefined)[]>;
  /** All at once on one server; in a cluster those of each slot. Of several values for one key the last is kept. */
  setMany(entries: readonly (readonly [string, Uint8Array])[]): Promise<void>;
  deleteMany(keys: readonly string[]): Promise<void>;
}

/** How many keys a server looks at for one page. */
const pageSize = '1000';

/** Between two looks whether a server is back, in ms. */
const offlineRetryMs = 25;

/** In a cursor, the number of the server is above these bits; cursors of Redis are far smaller. */
const cursorBits = 56n;

/** As `failureOf`, of an operation that sends commands: also of one that found no server to send them to. */
export function commandFailureOf(what: string, cause: unknown): KeyvalueFailure {
  return cause instanceof ClientOfflineError
    ? otherFailure(`could not ${what}: the Redis server is out of reach`, { cause })
    : failureOf(what, cause);
}

/** @param responseTimeoutMs how long the servers may take for one operation, waiting for a server that comes back included */
export function createRedisStore(connection: RedisConnection, responseTimeoutMs: number): RedisStore {
  /** What was not sent for want of a server is tried again; what was sent, never. */
  const untilSent = async <T>(work: () => Promise<T>, isOver: () => boolean): Promise<T> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ClientOfflineError) || isOver()) throw error;
      }
      await delay(offlineRetryMs);
      if (isOver()) throw new ClientOfflineError();
    }
  };

  const inTime = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      let isOver = false;
      const timer = setTimeout(() => {
        isOver = true;
        reject(new ResponseTimeoutError(`the Redis server did not answer within ${responseTimeoutMs} ms`));
      }, responseTimeoutMs);
      const settle = <V>(how: (value: V) => void) => {
        return (value: V): void => {
          clearTimeout(timer);
          how(value);
        };
      };
      untilSent(work, () => isOver).then(settle(resolve), settle(reject));
    });

  const run = async <T>(what: string, key: string | undefined, work: () => Promise<T>): Promise<T> => {
    try {
      return await inTime(work);
    } catch (cause) {
      const whole = key === undefined ? what : `${what} ${JSON.stringify(shortened(key))}`;
      throw commandFailureOf(whole, cause);
    }
  };

  const command = (key: string, ...parts: CommandPart[]): Promise<RedisReply> => connection.send(key, parts);

  /** Runs a command for each group of keys. */
  const inGroups = async (
    keys: readonly string[],
    work: (group: readonly string[], first: string) => Promise<void>,
  ): Promise<void> => {
    await Promise.all(connection.groups([...new Set(keys)]).map((group) => work(group, group[0] ?? '')));
  };

  return {
    get: (key) => run('get', key, async () => bytesOf(await command(key, 'GET', key))),
    set: (key, value) =>
      run('set', key, async () => {
        await command(key, 'SET', key, bufferOf(value));
      }),
    delete: (key) =>
      run('delete', key, async () => {
        await command(key, 'DEL', key);
      }),
    exists: (key) => run('look for', key, async () => (await command(key, 'EXISTS', key)) !== '0'),
    keys: (cursor = 0n) => run('list keys', undefined, () => scan(connection, cursor)),
    increment: (key, delta) =>
      run('increment', key, async () => {
        try {
          return BigInt(String(await command(key, 'INCRBY', key, delta.toString())));
        } catch (error) {
          if (error instanceof ErrorReply && /not an integer|would overflow/.test(error.message)) {
            throw otherFailure(
              `could not increment ${JSON.stringify(shortened(key))}: its value is not a decimal number, or the sum is beyond 2^63 - 1`,
              { cause: error },
            );
          }
          throw error;
        }
      }),
    getMany: (keys) =>
      run('get many', undefined, async () => {
        const values = new Map<string, Uint8Array>();
        await inGroups(keys, async (group, first) => {
          const replies = (await command(first, 'MGET', ...group)) as readonly RedisReply[];
          for (const [index, key] of group.entries()) {
            const value = bytesOf(replies[index] ?? null);
            if (value !== undefined) values.set(key, value);
          }
        });
        return keys.map((key) => {
          const value = values.get(key);
          return value === undefined ? undefined : [key, value];
        });
      }),
    setMany: (entries) =>
      run('set many', undefined, async () => {
        const values = new Map(entries);
        await inGroups([...values.keys()], async (group, first) => {
          const parts = group.flatMap((key) => [key, bufferOf(values.get(key) ?? new Uint8Array())]);
          await command(first, 'MSET', ...parts);
        });
      }),
    deleteMany: (keys) =>
      run('delete many', undefined, () =>
        inGroups(keys, async (group, first) => {
          await command(first, 'DEL', ...group);
        }),
      ),
  };
}

/** Goes on until a server has keys, or there are no more: a page without keys looks like the end to some. */
async function scan(connection: RedisConnection, from: bigint): Promise<KeyResponse> {
  const servers = await connection.servers();
  let index = Number(from >> cursorBits);
  let cursor = from & ((1n << cursorBits) - 1n);
  for (let server = servers[index]; server !== undefined; server = servers[index]) {
    const [next, found] = (await server.send(['SCAN', cursor.toString(), 'COUNT', pageSize])) as [
      Buffer,
      Buffer[],
    ];
    cursor = BigInt(next.toString());
    if (cursor === 0n) index += 1;
    const isEnd = index === servers.length;
    if (found.length > 0 || isEnd) {
      const keys = found.map((key) => key.toString());
      return { keys, cursor: isEnd ? undefined : (BigInt(index) << cursorBits) | cursor };
    }
  }
  return { keys: [], cursor: undefined };
}

function bytesOf(reply: RedisReply): Uint8Array | undefined {
  if (!Buffer.isBuffer(reply)) return undefined;
  // The type that it claims has other methods than a Buffer.
  return new Uint8Array(reply.buffer, reply.byteOffset, reply.byteLength);
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** A key for messages: whole, unless it would fill the screen. */
function shortened(key: string): string {
  const maxShown = 80;
  return key.length <= maxShown ? key : `${key.slice(0, maxShown)}…`;
}
