import { HttpClient, Trust, type TrustSettings } from '@wasmlattice/http-client';
import type { CallHandler, ServedHandle, Server, WitFunction } from '@wasmlattice/rpc';
import { type HttpRequest, type HttpRequestOptions, httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import type { HttpClientSettings } from '../thread/messages.js';

/** An HTTP client that the whole lattice may call by its id. */
export interface ClientProvider {
  readonly providerId: string;
  readonly trust: TrustSettings;
}

const [handle] = httpOutgoingHandler.functions;

/**
 * Serves `wrpc:http/outgoing-handler` under the id of a provider; all threads and hosts that do share its calls. It sends requests where the
 * requests of components may go.
 */
export async function serveClientProvider(options: {
  readonly provider: ClientProvider;
  readonly settings: HttpClientSettings;
  readonly server: Server;
  readonly logger: Logger;
}): Promise<ServedHandle> {
  const { provider, settings, server, logger } = options;
  const { allow, proxies, userAgent } = settings;
  const authorities = [...(settings.trust.authorities ?? []), ...(provider.trust.authorities ?? [])];
  const client = new HttpClient({
    allow: [allow],
    proxies,
    trust: new Trust({ ...provider.trust, authorities }),
    userAgent,
    logger: logger.with({ provider: provider.providerId }),
  });
  const handler: CallHandler = (params, context) => {
    const { headers, signal } = context;
    const [request, timeouts] = params as [HttpRequest, HttpRequestOptions | undefined];
    const onBody = (sent: Promise<void>): void => context.waitUntil(sent);
    return client.handle(request, timeouts, { signal, traceparent: headers.traceparent, onBody });
  };
  const served = await server.serve({
    target: provider.providerId,
    instance: httpOutgoingHandler.id,
    func: handle as WitFunction,
    handler,
  });
  return {
    async close() {
      await served.close();
      client.close();
    },
  };
}
