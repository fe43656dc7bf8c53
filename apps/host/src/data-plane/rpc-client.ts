import type { Invoker } from '@wasmlattice/rpc';
import { createNatsInvoker, type NatsInvoker } from '@wasmlattice/rpc/nats';
import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { connectLattice, type LatticeConnectionSettings } from '../nats-connection.js';

/** Calls into the lattice over a connection of this worker's own, opened at the first call. */
export interface RpcClient {
  readonly invoker: Invoker;
  close(): Promise<void>;
}

/** A component that never calls out never pays for a connection. */
export function createRpcClient(options: {
  readonly settings: LatticeConnectionSettings;
  readonly lattice: string;
  readonly logger: Logger;
}): RpcClient {
  const { settings, lattice, logger } = options;
  let opened: Promise<{ connection: NatsConnection; invoker: NatsInvoker }> | undefined;

  const open = async (): Promise<{ connection: NatsConnection; invoker: NatsInvoker }> => {
    const connection = await connectLattice(settings, logger);
    return { connection, invoker: createNatsInvoker({ connection, lattice, logger }) };
  };
  const client = (): Promise<{ connection: NatsConnection; invoker: NatsInvoker }> => {
    opened ??= open().catch((error: unknown) => {
      // The next call tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  };

  return {
    invoker: {
      invoke: async (invocation) => (await client()).invoker.invoke(invocation),
    },
    async close() {
      const parts = await opened?.catch(() => undefined);
      await parts?.invoker.close();
      await parts?.connection.close();
    },
  };
}
