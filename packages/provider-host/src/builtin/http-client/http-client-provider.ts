import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { ProviderStartError } from '../../errors.js';
import type { ProviderStart, RunningProvider } from '../../provider.js';
import type { HttpClientLease, HttpClients } from './http-clients.js';
import { readHttpClientSettings } from './settings.js';

/** Reference of the built-in HTTP client. */
export const httpClientReference = 'wasmcloud+builtin://http-client';

/**
 * Starts an HTTP client that is part of the host: the target of `wasi:http/outgoing-handler` links. It takes calls of whoever names it,
 * linked or not, and no config of links (docs/spec/component-runtime.md#10).
 *
 * Rejects with a {@link ProviderStartError} for a config it can't use, and where the host lets requests go nowhere.
 */
export async function startHttpClientProvider(
  { clients, logger = noopLogger }: { readonly clients: HttpClients; readonly logger?: Logger | undefined },
  request: ProviderStart,
): Promise<RunningProvider> {
  const { id } = request;
  const { config } = await request.loadHostData();
  const serve = async (): Promise<HttpClientLease> =>
    await clients.serve({ providerId: id, ...(await readHttpClientSettings(config)) });
  const lease = await serve().catch((cause: unknown) => {
    throw new ProviderStartError(id, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  logger.info('sends HTTP requests of the lattice', { provider: id });
  return {
    id,
    answers: true,
    async putLink() {},
    async deleteLink() {},
    /** Certificates are read at the start, as upstream reads them. */
    async updateConfig() {},
    // It has no use for any.
    async updateSecrets() {},
    async stop() {
      await lease.close();
      return {};
    },
  };
}
