import type { InterfaceLinkDefinition } from '@wasmlattice/provider-host/protocol';
import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import type { HttpServerLink, HttpServerSetup } from './http-server-setup.js';

const id = 'http-server';

/** Servers that are a program: the harness is their host. */
export function processHttpServer(program: ProviderProgram): Promise<HttpServerSetup> {
  return providerAtHand(id, program, async ({ harness }) => ({
    connection: harness.connection,
    async start(config, links) {
      const { provider } = await harness.start(links.map(definitionOf), config);
      return {
        putLink: (link) => provider.putLink(definitionOf(link)),
        deleteLink: (link) => provider.deleteLink(definitionOf(link)),
        [Symbol.asyncDispose]: () => harness.stopAll(),
      };
    },
  }));
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
