import { serveClientProvider } from '@wasmlattice/component-host/http';
import { readHttpClientSettings } from '@wasmlattice/provider-host';
import type { Provider, ProviderContext } from '@wasmlattice/provider-sdk';
import { httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';
import { httpClientSettings } from './settings.js';

/** The built-in HTTP client's core in a process of its own. Certificates are read at the start, as upstream reads them. */
export async function createHttpClientProvider(context: ProviderContext): Promise<Provider> {
  const { allow } = context.settings(httpClientSettings);
  const { defaultAuthorities: defaults, authorities } = await readHttpClientSettings(context.config);
  return {
    exports: [
      {
        instance: httpOutgoingHandler.id,
        serve: (server, providerId, logger) =>
          serveClientProvider({
            provider: { providerId, trust: { defaults, authorities } },
            settings: {
              allow: { entries: allow, source: `\`allow\` of the provider ${providerId}` },
              proxies: {},
              trust: {},
              userAgent: 'wasmlattice-http-client',
            },
            server,
            logger,
          }),
      },
    ],
  };
}
