import { type ConfigLayer, readSettings } from '@wasmlattice/provider-host/config-schema';
import { noopMeter, noopTracer } from '@wasmlattice/telemetry';
import { type LinkMapControl, ResourceLinks } from './links/link-map.js';
import { connectNats, natsAccess } from './nats-connection.js';
import type { ProviderContext } from './provider.js';
import { invokerForProvider } from './serve.js';
import type { StartProviderOptions } from './start-provider.js';

/** The context of a provider, and the maps that it asked for. */
export interface MadeContext {
  readonly context: ProviderContext;
  readonly maps: readonly LinkMapControl[];
  /** From now on there are no more maps: one that comes later would miss the links that are there. */
  seal(): void;
}

/** @param own config and secrets of the provider, as of now */
export function createContext(options: StartProviderOptions, own: ConfigLayer): MadeContext {
  const { hostData, invoker, logger, telemetry } = options;
  const maps: LinkMapControl[] = [];
  let isSealed = false;
  const context: ProviderContext = {
    id: hostData.providerKey,
    lattice: hostData.latticeRpcPrefix,
    hostId: hostData.hostId,
    get config() {
      return own.config;
    },
    get secrets() {
      return own.secrets;
    },
    settings: (schema) => readSettings(schema, { side: 'provider', provider: own }),
    links(mapOptions) {
      if (isSealed) throw new Error('links is called too late: call it while the provider is made');
      const map = new ResourceLinks(mapOptions, () => own, logger);
      maps.push(map);
      return map;
    },
    nats: natsAccess(hostData),
    connectNats: (access) => connectNats(access, options.name, logger.named('nats')),
    invoker: invokerForProvider(invoker, hostData.providerKey),
    logger,
    tracer: telemetry?.tracer ?? noopTracer,
    meter: telemetry?.meter ?? noopMeter,
  };
  return {
    context,
    maps,
    seal() {
      isSealed = true;
    },
  };
}
