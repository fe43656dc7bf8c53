import { LatticeListeners } from '@wasmlattice/component-host/http';
import { startHttpServerProvider } from '@wasmlattice/provider-host';
import type { InterfaceLinkDefinition } from '@wasmlattice/provider-host/protocol';
import type { Provider, ProviderContext, ProviderLink } from '@wasmlattice/provider-sdk';

/** Longest time until a component has begun its answer, in ms, where a link says no less: the longest that our hosts let one run by default. */
const timeoutMs = 600_000;

/** The host ends the process 300 ms after it asked for the shutdown. */
const graceMs = 100;

/**
 * The built-in HTTP server's core in a process of its own: what it listens with is the same, and every component is one that runs
 * elsewhere.
 */
export async function createHttpServerProvider(context: ProviderContext): Promise<Provider> {
  const { id, invoker, logger, tracer, meter } = context;
  const targets = new LatticeListeners({ invoker, timeoutMs, graceMs, logger, tracer, meter });
  const server = await startHttpServerProvider(
    { targets, logger },
    { id, loadHostData: async () => ({ config: context.config }) },
  );
  const links = new Set<InterfaceLinkDefinition>();
  context.links({
    side: 'source',
    package: 'wasi:http',
    open: async (opened) => {
      const link = definitionOf(opened);
      await server.putLink(link);
      links.add(link);
      return link;
    },
    close: async (link) => {
      links.delete(link);
      await server.deleteLink(link);
    },
  });
  return {
    async updateConfig(config) {
      await server.updateConfig(config);
      // What they take over from the provider may be another.
      for (const link of links) await server.putLink(link);
    },
    close: async () => void (await server.stop()),
  };
}

function definitionOf({ linkName, config, ...link }: ProviderLink): InterfaceLinkDefinition {
  const { sourceId, target, witNamespace, witPackage, interfaces } = link;
  return {
    sourceId,
    target,
    name: linkName,
    witNamespace,
    witPackage,
    interfaces: [...interfaces],
    sourceConfig: config,
    targetConfig: {},
  };
}
