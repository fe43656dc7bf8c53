import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { describeLink, ProviderLinkError, ProviderStartError } from '../../errors.js';
import { type LinkIdentity, linkKey } from '../../protocol/index.js';
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
 * Rejects with a {@link ProviderStartError} for a config it can't use.
 */
export async function startHttpServerProvider(
  components: HttpServerComponents,
  request: ProviderStart,
): Promise<RunningProvider> {
  const { id } = request;
  const logger = (components.logger ?? noopLogger).with({ provider: id });
  const hostData = await request.loadHostData();
  const settings = readSettings(id, hostData.config);
  return createHttpServer({ id, settings, config: hostData.config, targets: components.targets, logger });
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
  readonly config: StringMap;
  readonly targets: HttpTargets;
  readonly logger: Logger;
}): RunningProvider {
  const { id, targets, logger } = options;
  let { settings, config } = options;
  const open = new Map<string, OpenLink>();
  // One change at a time: a link that moves to the address of one that just left must find it free.
  let queue: Promise<unknown> = Promise.resolve();
  let stopped: Promise<void> | undefined;

  const inOrder = (change: () => Promise<void>): Promise<void> => {
    const done = queue.then(change);
    queue = done.catch(() => {});
    return done;
  };

  /** A link that can't have what it asks for now keeps nothing of what it had. */
  const putLink = async (link: InterfaceLinkDefinition): Promise<void> => {
    try {
      await openLink(link);
    } catch (error) {
      await closeLink(link);
      throw error;
    }
  };

  const openLink = async (link: InterfaceLinkDefinition): Promise<void> => {
    if (stopped !== undefined) throw new ProviderLinkError(link, `provider ${id} is stopping`);
    if (link.sourceId !== id) {
      throw new ProviderLinkError(link, `an HTTP server must be the source of its links; ${id} is not`);
    }
    const { address, warnings } = readLink(link);
    const known = open.get(linkKey(link));
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
    if (known !== undefined && addressesOverlap(known.address, address)) await closeLink(link);
    const lease = await listen(link, address);
    await closeLink(link);
    open.set(linkKey(link), { link, address, lease });
    logger.info('listening for HTTP', {
      link: link.name,
      component: link.target,
      address: formatSocketAddress(address),
    });
    for (const warning of warnings) {
      logger.warn(warning, { link: link.name, component: link.target });
    }
  };

  const readLink = (link: InterfaceLinkDefinition): ReturnType<typeof parseHttpLinkSettings> => {
    try {
      return parseHttpLinkSettings(link, { settings, config });
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
    const known = open.get(linkKey(link));
    if (known === undefined) return;
    open.delete(linkKey(link));
    await closeLease(known);
    logger.info('stopped listening for HTTP', {
      link: link.name,
      component: link.target,
      address: formatSocketAddress(known.address),
    });
  };

  const closeLease = async ({ address, lease }: OpenLink): Promise<void> => {
    try {
      await lease.close();
    } catch (error) {
      logger.error('a listener did not close', { address: formatSocketAddress(address), error });
    }
  };

  const closeAll = async (): Promise<void> => {
    const links = [...open.values()];
    open.clear();
    await Promise.all(links.map(closeLease));
  };

  return {
    id,
    answers: true,
    putLink: (link) => inOrder(() => putLink(link)),
    deleteLink: (link) => inOrder(() => closeLink(link)),
    /** The links that listen at the default address move when they are put again. */
    async updateConfig(given) {
      settings = parseHttpServerSettings(given);
      config = given;
    },
    // It has no use for any.
    async updateSecrets() {},
    stop() {
      stopped ??= inOrder(closeAll);
      return stopped;
    },
  };
}

/** Two links with port 0 get two ports, but the same link put twice keeps its own. */
function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.host === b.host && a.port === b.port;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
