import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReply } from '@wasmlattice/provider-host/protocol';
import type { NatsConnection } from 'nats';
import type { NatsAccess } from './provider.js';
import { SharedPool } from './shared-pool.js';

/** Below the 2 s after which hosts stop waiting for a provider's health (docs/spec/provider.md#4). */
const healthMs = 1_000;

/** Connections to NATS servers: links to the same server as the same user share one. */
export class NatsPool extends SharedPool<NatsAccess, NatsConnection> {
  /** @param connect `context.connectNats` of the provider */
  constructor(connect: (access: NatsAccess) => Promise<NatsConnection>) {
    super({ open: connect, close: closeFlushed });
  }

  /** Healthy when every server answers in time; a provider's `health` may be just this. */
  async health(): Promise<HealthReply> {
    const late = delay(healthMs, false, { ref: false });
    const answers = this.values().then((connections) =>
      Promise.all(connections.map((connection) => connection.rtt())),
    );
    const healthy = (await Promise.race([late, answers])) !== false;
    return healthy
      ? { healthy }
      : { healthy, message: `a NATS server of a link does not answer within ${healthMs} ms` };
  }
}

/** Longer than any flush on a connection that works; a provider that ends has little more. */
const flushMs = 100;

/** What was published is on its way before the connection closes. */
async function closeFlushed(connection: NatsConnection): Promise<void> {
  const flushed = connection.flush().catch(() => {});
  await Promise.race([flushed, delay(flushMs, undefined, { ref: false })]);
  await connection.close();
}
