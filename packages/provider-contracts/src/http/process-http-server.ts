import type { InterfaceLinkDefinition } from '@wasmlattice/provider-host/protocol';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer } from '@wasmlattice/test-support';
import type { HttpServerLink, HttpServerSetup } from './http-server-setup.js';

const id = 'http-server';

/** Servers that are a program: the harness is their host. */
export async function processHttpServer(options: {
  readonly program: string;
  readonly isForeign?: boolean;
}): Promise<HttpServerSetup> {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const harness = opened.use(await ProviderHarness.connect({ url: nats.url, id, ...options }));
  const scope = opened.move();
  return {
    connection: harness.connection,
    async start(config, links) {
      const { provider } = await harness.start(links.map(definitionOf), config);
      return {
        putLink: (link) => provider.putLink(definitionOf(link)),
        deleteLink: (link) => provider.deleteLink(definitionOf(link)),
        [Symbol.asyncDispose]: () => harness.stopAll(),
      };
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

function definitionOf({ component, name, config }: HttpServerLink): InterfaceLinkDefinition {
  return {
    sourceId: id,
    target: component,
    name,
    witNamespace: 'wasi',
    witPackage: 'http',
    interfaces: ['incoming-handler'],
    sourceConfig: config,
    targetConfig: {},
  };
}
