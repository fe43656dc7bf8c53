import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { ProviderConfigError, ProviderLinkError, ProviderStartError } from '../../errors.js';
import type { HostData } from '../../protocol/index.js';
import type { ProviderEnd, ProviderStart, RunningProvider } from '../../provider.js';
import { AddressLinks } from './address-links.js';
import type { HttpTargets } from './http-targets.js';
import type { LinkListeners } from './link-listeners.js';
import { type ListenComponents, Listening } from './listen.js';
import { RoutedLinks } from './routed-links.js';
import {
  type HttpLinkSettings,
  type HttpServerSettings,
  parseHttpLinkSettings,
  parseHttpServerSettings,
} from './settings.js';
import { formatSocketAddress } from './socket-address.js';

/** Reference of the built-in HTTP server. */
export const httpServerReference = 'wasmcloud+builtin://http-server';

export interface HttpServerComponents {
  readonly targets: HttpTargets;
  readonly logger?: Logger | undefined;
  /** How often certificates are looked at, in ms; each 2 s by default. */
  readonly lookMs?: number | undefined;
}

/**
 * Starts an HTTP server that is part of the host: the source of `wasi:http/incoming-handler` links, each with a listener of its own, or
 * all with one, by path or host (docs/spec/component-runtime.md#9).
 *
 * Rejects with a {@link ProviderStartError} for a config it can't use.
 */
export async function startHttpServerProvider(
  components: HttpServerComponents,
  request: Pick<ProviderStart, 'id'> & { loadHostData(): Promise<Pick<HostData, 'config'>> },
): Promise<RunningProvider> {
  const { id } = request;
  const logger = (components.logger ?? noopLogger).with({ provider: id });
  const hostData = await request.loadHostData();
  try {
    const settings = parseHttpServerSettings(hostData.config);
    const links = await openListeners(id, settings, { ...components, logger });
    return createHttpServer({ id, settings, config: hostData.config, links, logger });
  } catch (cause) {
    throw new ProviderStartError(id, messageOf(cause), { cause });
  }
}

async function openListeners(
  id: string,
  settings: HttpServerSettings,
  components: ListenComponents,
): Promise<LinkListeners> {
  const { routing, defaultAddress, listener } = settings;
  const { logger } = components;
  if (routing.by === 'address') return new AddressLinks(id, components);
  const address = formatSocketAddress(defaultAddress);
  try {
    const { tls, ...others } = listener;
    const request = { providerId: id, ...defaultAddress, routing, routes: [], ...others };
    const listening = await Listening.open(request, tls, components);
    logger.info('listening for HTTP', { routing: routing.by, address });
    return new RoutedLinks({ listening, logger });
  } catch (cause) {
    throw new Error(`could not listen on ${address}: ${messageOf(cause)}`, { cause });
  }
}

function createHttpServer(options: {
  readonly id: string;
  readonly settings: HttpServerSettings;
  readonly config: StringMap;
  readonly links: LinkListeners;
  readonly logger: Logger;
}): RunningProvider {
  const { id, links, logger } = options;
  let { settings, config } = options;
  // One change at a time: a link that moves to the address of one that just left must find it free.
  let queue: Promise<unknown> = Promise.resolve();
  let stopped: Promise<ProviderEnd> | undefined;

  const inOrder = (change: () => Promise<void>): Promise<void> => {
    const done = queue.then(change);
    queue = done.catch(() => {});
    return done;
  };

  /** A link that can't have what it asks for now keeps nothing of what it had. */
  const putLink = async (link: InterfaceLinkDefinition): Promise<void> => {
    try {
      if (stopped !== undefined) throw new ProviderLinkError(link, `provider ${id} is stopping`);
      if (link.sourceId !== id) {
        throw new ProviderLinkError(link, `an HTTP server must be the source of its links; ${id} is not`);
      }
      const read = readLink(link, { settings, config });
      await links.put(link, read);
      for (const warning of read.warnings) {
        logger.warn(warning, { link: link.name, component: link.target });
      }
    } catch (error) {
      await links.delete(link);
      throw error;
    }
  };

  return {
    id,
    answers: true,
    putLink: (link) => inOrder(() => putLink(link)),
    linkTrouble: (link) => links.trouble(link),
    deleteLink: (link) => inOrder(() => links.delete(link)),
    /** The links that listen at the default address move when they are put again. */
    async updateConfig(given) {
      const wanted = parseHttpServerSettings(given);
      if (!sameListener(settings, wanted)) {
        throw new ProviderConfigError(
          `routing_mode and header can't change, and default_address and what else belongs to an address neither where the server goes by path or host: stop the provider and start it again`,
        );
      }
      settings = wanted;
      config = given;
    },
    // It has no use for any.
    async updateSecrets() {},
    stop() {
      stopped ??= inOrder(() => links.close()).then(() => ({}));
      return stopped;
    },
  };
}

/** Whether a server with these settings is the same as one with those, but for where links go that give no address. */
function sameListener(a: HttpServerSettings, b: HttpServerSettings): boolean {
  const same = (x: unknown, y: unknown): boolean => JSON.stringify(x) === JSON.stringify(y);
  if (!same(a.routing, b.routing)) return false;
  return (
    a.routing.by === 'address' || (same(a.defaultAddress, b.defaultAddress) && same(a.listener, b.listener))
  );
}

function readLink(
  link: InterfaceLinkDefinition,
  provider: { readonly settings: HttpServerSettings; readonly config: StringMap },
): HttpLinkSettings {
  try {
    return parseHttpLinkSettings(link, provider);
  } catch (cause) {
    throw new ProviderLinkError(link, messageOf(cause), { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
