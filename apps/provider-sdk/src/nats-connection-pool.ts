import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReply } from '@wasmlattice/provider-host/protocol';
import type { NatsConnection } from 'nats';
import type { NatsAccess } from './provider.js';

/** A connection that others may use, too; give it back when done. */
export interface PooledConnection {
  readonly connection: NatsConnection;
  /** The last one to give it back closes it. A second call does nothing. */
  release(): Promise<void>;
}

/** Links to the same server as the same user share a connection. */
export interface ConnectionPool {
  /** Rejects when the server can't be reached; the next call tries again. */
  acquire(access: NatsAccess): Promise<PooledConnection>;
  /** All open connections. */
  connections(): Promise<readonly NatsConnection[]>;
  /** Healthy when every server answers in time; a provider's `health` may be just this. */
  health(): Promise<HealthReply>;
  /** Closes all of them, used or not. */
  close(): Promise<void>;
}

/** Below the 2 s after which hosts stop waiting for a provider's health (docs/spec/provider.md#4). */
const healthMs = 1_000;

interface Entry {
  readonly opening: Promise<NatsConnection>;
  users: number;
}

export function createConnectionPool(open: (access: NatsAccess) => Promise<NatsConnection>): ConnectionPool {
  const entries = new Map<string, Entry>();

  return {
    async acquire(access) {
      const key = JSON.stringify(access);
      const entry = entries.get(key) ?? { opening: open(access), users: 0 };
      entries.set(key, entry);
      entry.users += 1;
      const drop = async (): Promise<void> => {
        entry.users -= 1;
        if (entry.users > 0) return;
        if (entries.get(key) === entry) entries.delete(key);
        const connection = await entry.opening.catch(() => undefined);
        await connection?.close();
      };
      let released: Promise<void> | undefined;
      const release = (): Promise<void> => {
        released ??= drop();
        return released;
      };
      try {
        return { connection: await entry.opening, release };
      } catch (error) {
        // Whoever comes next must not get the attempt that failed.
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },

    async connections() {
      const opened = await Promise.allSettled([...entries.values()].map(({ opening }) => opening));
      return opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    },

    async health() {
      const late = delay(healthMs, false, { ref: false });
      const answers = this.connections().then((connections) =>
        Promise.all(connections.map((connection) => connection.rtt())),
      );
      const healthy = (await Promise.race([late, answers])) !== false;
      return healthy
        ? { healthy }
        : { healthy, message: `a NATS server of a link does not answer within ${healthMs} ms` };
    },

    async close() {
      const opened = await this.connections();
      entries.clear();
      await Promise.all(opened.map((connection) => connection.close()));
    },
  };
}
