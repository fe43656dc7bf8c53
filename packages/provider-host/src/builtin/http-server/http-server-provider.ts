import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { describeLink, ProviderLinkError, ProviderStartError } from '../../errors.js';
import type { LinkIdentity } from '../../protocol/index.js';
import type { ProviderStart, RunningProvider } from '../../provider.js';
import type { HttpTargetLease, HttpTargets } from './http-targets.js';
import { type HttpServerSettings, parseHttpLinkSettings, parseHttpServerSettings } from './settings.js';
import { addressesOverlap, formatSocketAddress, type SocketAddress } from './socket-address.js';

/** Reference of the built-in HTTP server. */
export const httpServerReference = 'wasmcloud+builtin://http-server';

export interface HttpServerComponents {
  readonly targets: HttpTargets;
  readonly logger?: Logger | undefined;
}

interface OpenLink {
  readonly link: LinkIdentity;
  readonly address: SocketAddress;
  readonly lease: HttpTargetLease;
}

/**
 * Starts an HTTP server that is part of the host: the source of `wasi:http/incoming-handler` links, with one
 * listener for each link (docs/spec/component-runtime.md#9).
 *
 * Rejects with a {@link ProviderStartError} for a config it can't use. A start-up link that fails does not keep the
 * others from working; it is logged.
 */
export async function startHttpServerProvider(
  components: HttpServerComponents,
  request: ProviderStart,
): Promise<RunningProvider> {
  const { id } = request;
  const logger = (components.logger ?? noopLogger).with({ provider: id });
  const hostData = await request.loadHostData();
  const settings = readSettings(id, hostData.config);
  const provider = createHttpServer({ id, settings, targets: components.targets, logger });
  for (const link of hostData.linkDefinitions) {
    await provider.putLink(link).catch((error: unknown) => logger.error('a link failed', { error }));
  }
  return provider;
}

function readSettings(id: string, config: Readonly<Record<string, string>>): HttpServerSettings {
  try {
    return parseHttpServerSettings(config);
  } catch (cause) {
    throw new ProviderStartError(id, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function createHttpServer(options: {
  readonly id: string;
  readonly settings: HttpServerSettings;
  readonly targets: HttpTargets;
  readonly logger: Logger;
}): RunningProvider {
  const { id, settings, targets, logger } = options;
  const open = new Map<string, OpenLink>();
  // One change at a time: a link that moves to the address of one that just left must find it free.
  let queue: Promise<unknown> = Promise.resolve();
  let stopped: Promise<void> | undefined;

  const inOrder = (change: () => Promise<void>): Promise<void> => {
    const done = queue.then(change);
    queue = done.catch(() => {});
    return done;
  };

  const openLink = async (link: InterfaceLinkDefinition): Promise<void> => {
    if (stopped !== undefined) throw new ProviderLinkError(link, `provider ${id} is stopping`);
    if (link.sourceId !== id) {
      throw new ProviderLinkError(link, `an HTTP server must be the source of its links; ${id} is not`);
    }
    const { address, notApplied } = readLink(link);
    const known = open.get(keyOf(link));
    if (known !== undefined && sameAddress(known.address, address)) return;
    const rival = [...open.values()].find(
      (other) => other !== known && addressesOverlap(other.address, address),
    );
    if (rival !== undefined) {
      throw new ProviderLinkError(
        link,
        `address ${formatSocketAddress(address)} is taken by ${describeLink(rival.link)} at ${formatSocketAddress(rival.address)}: give one of them another address`,
      );
    }
    if (known !== undefined) await closeLink(link);
    open.set(keyOf(link), { link, address, lease: await listen(link, address) });
    logger.info('listening for HTTP', {
      link: link.name,
      component: link.target,
      address: formatSocketAddress(address),
    });
    if (notApplied.length > 0) {
      logger.warn('the built-in HTTP server does not apply some settings of a link', {
        link: link.name,
        component: link.target,
        settings: notApplied,
      });
    }
  };

  const readLink = (link: InterfaceLinkDefinition): ReturnType<typeof parseHttpLinkSettings> => {
    try {
      return parseHttpLinkSettings(link.sourceConfig, settings.defaultAddress);
    } catch (cause) {
      throw new ProviderLinkError(link, messageOf(cause), { cause });
    }
  };

  const listen = async (link: InterfaceLinkDefinition, address: SocketAddress): Promise<HttpTargetLease> => {
    try {
      return await targets.listen({
        providerId: id,
        componentId: link.target,
        linkName: link.name,
        ...address,
      });
    } catch (cause) {
      throw new ProviderLinkError(
        link,
        `could not listen on ${formatSocketAddress(address)}: ${messageOf(cause)}`,
        { cause },
      );
    }
  };

  const closeLink = async (link: LinkIdentity): Promise<void> => {
    const known = open.get(keyOf(link));
    if (known === undefined) return;
    open.delete(keyOf(link));
    await known.lease.close();
    logger.info('stopped listening for HTTP', {
      link: link.name,
      component: link.target,
      address: formatSocketAddress(known.address),
    });
  };

  const closeAll = async (): Promise<void> => {
    const links = [...open.values()];
    open.clear();
    const closed = await Promise.allSettled(links.map(({ lease }) => lease.close()));
    for (const outcome of closed) {
      if (outcome.status === 'rejected') logger.error('a listener did not close', { error: outcome.reason });
    }
  };

  return {
    id,
    putLink: (link) => inOrder(() => openLink(link)),
    deleteLink: (link) => inOrder(() => closeLink(link)),
    // As upstream's built-ins: config is read at the start only.
    updateConfig: async () => {},
    stop() {
      stopped ??= inOrder(closeAll);
      return stopped;
    },
  };
}

function keyOf({ target, name }: LinkIdentity): string {
  return JSON.stringify([target, name]);
}

/** Two links with port 0 get two ports, but the same link put twice keeps its own. */
function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.host === b.host && a.port === b.port;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
