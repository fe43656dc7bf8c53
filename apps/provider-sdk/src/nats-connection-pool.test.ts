import type { NatsConnection } from 'nats';
import { describe, expect, it } from 'vitest';
import { createConnectionPool } from './nats-connection-pool.js';

function fakeConnection(): NatsConnection & { closes: number } {
  const connection = {
    closes: 0,
    async close() {
      connection.closes += 1;
    },
  };
  return connection as unknown as NatsConnection & { closes: number };
}

describe('connection pool', () => {
  it('shares a connection, and closes it when the last user gives it back', async () => {
    const opened: ReturnType<typeof fakeConnection>[] = [];
    const pool = createConnectionPool(async () => {
      const connection = fakeConnection();
      opened.push(connection);
      return connection;
    });
    const [first, second] = await Promise.all([pool.acquire({ url: 'a' }), pool.acquire({ url: 'a' })]);
    const other = await pool.acquire({ url: 'a', credentials: { jwt: 'j', seed: 's' } });
    expect(opened).toHaveLength(2);
    expect(first.connection).toBe(second.connection);
    await first.release();
    await first.release();
    expect(opened[0]?.closes).toBe(0);
    await second.release();
    expect(opened[0]?.closes).toBe(1);
    expect(await pool.connections()).toEqual([other.connection]);
    await pool.close();
    expect(opened[1]?.closes).toBe(1);
  });

  it('tries again after a failure', async () => {
    let attempts = 0;
    const pool = createConnectionPool(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no server');
      return fakeConnection();
    });
    await expect(pool.acquire({ url: 'a' })).rejects.toThrow('no server');
    await pool.acquire({ url: 'a' });
    expect(attempts).toBe(2);
  });
});
