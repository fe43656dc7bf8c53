import { readFile } from 'node:fs/promises';
import { RESP_TYPES, type TypeMapping } from '@redis/client';
import type { ConnectionSettings } from './settings.js';

/** Before the first attempt to come back; each later one waits twice as long. */
const firstRetryMs = 20;

/** What turns replies into a `RedisReply`. */
const replyTypes: TypeMapping = {
  [RESP_TYPES.BLOB_STRING]: Buffer,
  [RESP_TYPES.NUMBER]: String,
};

/** What all clients of one connection are made with, except for where their server is. */
export interface ClientOptions {
  readonly RESP: 2;
  readonly username?: string;
  readonly password?: string;
  readonly disableOfflineQueue: true;
  readonly disableClientInfo: true;
  readonly commandOptions: { readonly typeMapping: TypeMapping; readonly timeout: 0 };
  readonly socket: {
    readonly connectTimeout: number;
    readonly reconnectStrategy: (attempts: number) => number | false;
    readonly tls?: true;
    readonly ca?: string;
  };
}

/**
 * @param comesBack whether an attempt to connect that failed is followed by another one
 * @throws when the file with certificates can't be read
 */
export async function clientOptions(
  { address, ca, caFile, connectTimeoutMs, maxReconnectDelayMs }: ConnectionSettings,
  comesBack: () => boolean,
): Promise<ClientOptions> {
  const authority = ca ?? (caFile === undefined ? undefined : await readFile(caFile, 'utf8'));
  return {
    // Every server speaks it, and nothing here needs the types of the third.
    RESP: 2,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    // A command that waits for a server would be run after its caller was told that it failed.
    disableOfflineQueue: true,
    disableClientInfo: true,
    // No command waits to be sent. The client's own limit for that makes an AbortSignal for each, which took a third of the time of a get.
    commandOptions: { typeMapping: replyTypes, timeout: 0 },
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (attempts) =>
        comesBack() && Math.min(firstRetryMs * 2 ** Math.min(attempts, 20), maxReconnectDelayMs),
      ...(address.isTls && { tls: true as const, ...(authority !== undefined && { ca: authority }) }),
    },
  };
}
