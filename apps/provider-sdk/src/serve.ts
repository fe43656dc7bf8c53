import type { Invoker, Server } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { Provider } from './provider.js';

/** Serves everything the provider exports; resolves once calls will arrive. */
export async function serveExports(options: {
  readonly provider: Provider;
  readonly server: Server;
  readonly providerId: string;
  readonly logger: Logger;
}): Promise<void> {
  const { provider, server, providerId, logger } = options;
  const exports = provider.exports ?? [];
  await Promise.all(exports.map((offered) => offered.serve(server, providerId, logger)));
  logger.info('the provider serves', { interfaces: exports.map(({ instance }) => instance) });
}

/** Adds what components expect to learn about a provider that calls them (docs/spec/wrpc.md#4). */
export function invokerForProvider(invoker: Invoker, providerId: string): Invoker {
  return {
    invoke: (invocation) =>
      invoker.invoke({
        ...invocation,
        headers: { ...invocation.headers, 'source-id': providerId, 'target-id': invocation.target },
      }),
  };
}
