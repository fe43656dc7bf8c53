/** One part of a command: text is sent as UTF-8. */
export type CommandPart = string | Buffer;

/** Runs commands on one server. */
export interface RedisServer {
  send(command: readonly CommandPart[]): Promise<RedisReply>;
}

/** Bulk strings come as bytes, numbers as their decimal text: some are beyond what a `number` holds. */
export type RedisReply = Buffer | string | null | readonly RedisReply[];

/** A connection to a server, or one to each server of a cluster. It comes back by itself. */
export interface RedisConnection {
  /** Runs a command on the server that has `key`. */
  send(key: string, command: readonly CommandPart[]): Promise<RedisReply>;
  /** Parts of `keys` that one command may name: all of them, or those of each slot of a cluster; in the order of their first keys. */
  groups(keys: readonly string[]): readonly (readonly string[])[];
  /** The servers that have keys, always in the same order. */
  servers(): Promise<readonly RedisServer[]>;
  /**
   * Listens to channels on all servers that have keys, also on those that come to the cluster later.
   *
   * @param onMessage told of each message and its channel
   */
  subscribe(
    channels: readonly string[],
    onMessage: (message: string, channel: string) => void,
  ): Promise<AsyncDisposable>;
  /** Whether a server answers commands now. */
  isReady(): boolean;
  close(): Promise<void>;
}
