import { fileURLToPath } from 'node:url';
import { createTempDir, startChild, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import { openReconcilerBucket } from '../reconciler-bucket.js';
import { contendForLease, type Lease, leaseJetStream } from './lease.js';
import { readLease } from './read-lease.js';
import { TenureOverError } from './tenure.js';

/** Of tests in which a lease runs out. */
const shortMs = 1_000;
/** Of those in which it must not: longer than a busy machine lets a process wait. */
const longMs = 10_000;

interface Contender extends AsyncDisposable {
  readonly lease: Lease;
  /** Resolves at the next tenure. */
  begun(): Promise<void>;
}

async function contender(server: TestNatsServer, holder: string, ttlMs: number): Promise<Contender> {
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  const bucket = await openReconcilerBucket(leaseJetStream(connection, undefined), 'default');
  const waiting = new Set<() => void>();
  const lease = contendForLease({
    connection,
    bucket,
    holder,
    ttlMs,
    onTenure() {
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
  });
  return {
    lease,
    begun: () =>
      lease.tenure === undefined ? new Promise((resolve) => waiting.add(resolve)) : Promise.resolve(),
    async [Symbol.asyncDispose]() {
      await lease.close();
      await connection.close();
    },
  };
}

function holderProcess(server: TestNatsServer, name: string) {
  const program = fileURLToPath(new URL('../testing/holder.ts', import.meta.url));
  return startChild(
    process.execPath,
    [...process.execArgv, program, server.url, name, String(shortMs)],
    process.env,
  );
}

describe('the lease', () => {
  it('has one holder of three, and passes on at once when it is given up', async () => {
    await using server = await startNatsServer();
    await using first = await contender(server, 'N1', longMs);
    await using second = await contender(server, 'N2', longMs);
    await using third = await contender(server, 'N3', longMs);
    const all = new Set([first, second, third]);
    let number = 0;
    while (all.size > 0) {
      await Promise.race([...all].map((each) => each.begun()));
      const holding = [...all].filter(({ lease }) => lease.tenure !== undefined);
      expect(holding).toHaveLength(1);
      const [holder] = holding as [Contender];
      const tenure = holder.lease.tenure;
      expect(tenure?.number).toBeGreaterThan(number);
      number = tenure?.number ?? 0;
      all.delete(holder);
      await holder.lease.close();
      expect(tenure?.isCurrent()).toBe(false);
      expect(() => tenure?.assertCurrent()).toThrow(TenureOverError);
    }
  });

  it('passes on when the process of its holder is killed', async () => {
    await using server = await startNatsServer();
    await using holder = holderProcess(server, 'N1');
    await holder.waitForLine(/^act$/m);
    await using next = await contender(server, 'N2', shortMs);
    holder.signal('SIGKILL');
    await next.begun();
    expect(next.lease.holder).toBe('N2');
  });

  it('is not with a holder that was paused while another began', async () => {
    await using server = await startNatsServer();
    await using holder = holderProcess(server, 'N1');
    await holder.waitForLine(/^act$/m);
    await using next = await contender(server, 'N2', shortMs);
    holder.signal('SIGSTOP');
    await next.begun();
    const position = holder.output().length;
    holder.signal('SIGCONT');
    const after = await holder.waitForOutput((text) => text.includes('rest'), position);
    expect(after).not.toContain('act');
  });

  it('ends with the connection, and is with one of both when the server is back', async () => {
    await using store = await createTempDir();
    await using first = await startNatsServer({ storeDir: store.path });
    await using one = await contender(first, 'N1', longMs);
    await using other = await contender(first, 'N2', longMs);
    await Promise.race([one.begun(), other.begun()]);
    const tenure = one.lease.tenure ?? other.lease.tenure;
    await first[Symbol.asyncDispose]();
    await expect.poll(() => tenure?.isCurrent()).toBe(false);
    await using _server = await startNatsServer({ storeDir: store.path, port: first.port });
    await Promise.race([one.begun(), other.begun()]);
    expect([one, other].filter(({ lease }) => lease.tenure !== undefined)).toHaveLength(1);
  });

  it('can be read by who takes no part in it', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const jetstream = connection.jetstream();
    expect(await readLease(jetstream, 'default')).toBeUndefined();
    await using one = await contender(server, 'N1', longMs);
    await one.begun();
    expect(await readLease(jetstream, 'default')).toMatchObject({ holder: 'N1' });
    await one.lease.close();
    expect((await readLease(jetstream, 'default'))?.holder).toBeUndefined();
    await connection.close();
  });

  it('replaces a record that is not understood', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const bucket = await openReconcilerBucket(leaseJetStream(connection, undefined), 'default');
    await bucket.put('lease', 'no record');
    await using one = await contender(server, 'N1', longMs);
    await one.begun();
    expect(one.lease.holder).toBe('N1');
    await connection.close();
  });
});
