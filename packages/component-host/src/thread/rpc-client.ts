import { connectLattice, type LatticeConnectionSettings } from '@wasmlattice/lattice-connection';
import type { Invoker, Server } from '@wasmlattice/rpc';
import { createNatsInvoker, createNatsServer, type NatsInvoker, NatsTransport } from '@wasmlattice/rpc/nats';
import type { Logger, Meter } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';

/** Calls into and out of the lattice over a connection of this worker's own, opened when it is first needed. */
export interface RpcClient {
  readonly invoker: Invoker;
  /** See {@link NatsInvoker.targetEnded}. */
  targetEnded(target: string): void;
  /** See {@link NatsInvoker.targetGone}. */
  targetGone(target: string, sentBefore: number): void;
  /** For the exports of a component; completes the calls in flight when it is closed. */
  server(): Promise<Server>;
  close(): Promise<void>;
}

interface Opened {
  readonly connection: NatsConnection;
  readonly invoker: NatsInvoker;
  readonly server: Server;
}

/** A component that neither calls nor is called over the lattice never pays for a connection. */
export function createRpcClient(options: {
  readonly settings: LatticeConnectionSettings;
  readonly lattice: string;
  readonly logger: Logger;
  readonly meter?: Meter;
}): RpcClient {
  const { settings, lattice, logger, meter } = options;
  let opened: Promise<Opened> | undefined;

  const open = async (): Promise<Opened> => {
    const connection = await connectLattice(settings, logger);
    const parts = {
      connection: new NatsTransport(connection),
      lattice,
      logger,
      ...(settings.inboxPrefix !== undefined && { inboxPrefix: settings.inboxPrefix }),
      ...(meter && { meter }),
    };
    return {
      connection,
      invoker: createNatsInvoker(parts),
      server: createNatsServer(parts),
    };
  };
  const client = (): Promise<Opened> => {
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
    targetEnded(target) {
      void opened?.then(
        ({ invoker }) => invoker.targetEnded(target),
        () => {},
      );
    },
    targetGone(target, sentBefore) {
      void opened?.then(
        ({ invoker }) => invoker.targetGone(target, sentBefore),
        () => {},
      );
    },
    server: async () => (await client()).server,
    async close() {
      const parts = await opened?.catch(() => undefined);
      await parts?.server.close();
      await parts?.invoker.close();
      await parts?.connection.close();
    },
  };
}
