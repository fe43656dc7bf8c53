import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import type { Logger } from '@wasmlattice/telemetry';
import { describeLink, ProviderLinkError } from '../../errors.js';
import { type LinkIdentity, linkKey } from '../../protocol/index.js';
import type { HttpRoute, HttpTargetLease, HttpTargets } from './http-targets.js';
import type { LinkListeners } from './link-listeners.js';
import type { HttpLinkSettings } from './settings.js';
import { addressesOverlap, formatSocketAddress, type SocketAddress } from './socket-address.js';

interface OpenLink {
  readonly link: LinkIdentity;
  readonly address: SocketAddress;
  readonly lease: HttpTargetLease;
}

/** One listener for each link, at an address of its own. */
export class AddressLinks implements LinkListeners {
  readonly #providerId: string;
  readonly #targets: HttpTargets;
  readonly #logger: Logger;
  readonly #open = new Map<string, OpenLink>();

  constructor(options: {
    readonly providerId: string;
    readonly targets: HttpTargets;
    readonly logger: Logger;
  }) {
    this.#providerId = options.providerId;
    this.#targets = options.targets;
    this.#logger = options.logger;
  }

  async put(link: InterfaceLinkDefinition, settings: HttpLinkSettings): Promise<void> {
    const { address, match, policy } = settings;
    const route: HttpRoute = { route: 'all', match, componentId: link.target, policy };
    const known = this.#open.get(linkKey(link));
    if (known !== undefined && sameAddress(known.address, address)) {
      await known.lease.setRoute(route);
      return;
    }
    this.#refuseRival(link, address, known);
    if (known !== undefined && addressesOverlap(known.address, address)) await this.delete(link);
    const lease = await this.#listen(link, address, route);
    await this.delete(link);
    this.#open.set(linkKey(link), { link, address, lease });
    this.#logger.info('listening for HTTP', {
      link: link.name,
      component: link.target,
      address: formatSocketAddress(address),
    });
  }

  async delete(link: LinkIdentity): Promise<void> {
    const known = this.#open.get(linkKey(link));
    if (known === undefined) return;
    this.#open.delete(linkKey(link));
    await this.#close(known);
    this.#logger.info('stopped listening for HTTP', {
      link: link.name,
      component: link.target,
      address: formatSocketAddress(known.address),
    });
  }

  async close(): Promise<void> {
    const links = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(links.map((link) => this.#close(link)));
  }

  #refuseRival(link: InterfaceLinkDefinition, address: SocketAddress, known: OpenLink | undefined): void {
    const rival = [...this.#open.values()].find(
      (other) => other !== known && addressesOverlap(other.address, address),
    );
    if (rival === undefined) return;
    throw new ProviderLinkError(
      link,
      `address ${formatSocketAddress(address)} is taken by ${describeLink(rival.link)} at ${formatSocketAddress(rival.address)}: give one of them another address`,
    );
  }

  async #listen(
    link: InterfaceLinkDefinition,
    address: SocketAddress,
    route: HttpRoute,
  ): Promise<HttpTargetLease> {
    try {
      return await this.#targets.listen({
        providerId: this.#providerId,
        ...address,
        routing: { by: 'address' },
        routes: [route],
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ProviderLinkError(link, `could not listen on ${formatSocketAddress(address)}: ${reason}`, {
        cause,
      });
    }
  }

  async #close({ address, lease }: OpenLink): Promise<void> {
    try {
      await lease.close();
    } catch (error) {
      this.#logger.error('a listener did not close', { address: formatSocketAddress(address), error });
    }
  }
}

/** Two links with port 0 get two ports, but the same link put twice keeps its own. */
function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.host === b.host && a.port === b.port;
}
