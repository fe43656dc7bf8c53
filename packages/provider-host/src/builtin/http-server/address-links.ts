import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import type { Logger } from '@wasmlattice/telemetry';
import { describeLink, ProviderLinkError } from '../../errors.js';
import { type LinkIdentity, linkKey } from '../../protocol/index.js';
import type { HttpRoute } from './http-targets.js';
import type { LinkListeners } from './link-listeners.js';
import { type ListenComponents, Listening } from './listen.js';
import type { HttpLinkSettings, ListenerSettings } from './settings.js';
import { addressesOverlap, formatSocketAddress, type SocketAddress } from './socket-address.js';

interface OpenLink {
  readonly link: LinkIdentity;
  readonly address: SocketAddress;
  readonly listening: Listening;
  /** What it was opened with, besides TLS. */
  readonly opened: string;
}

/** One listener for each link, at an address of its own. */
export class AddressLinks implements LinkListeners {
  readonly #providerId: string;
  readonly #components: ListenComponents;
  readonly #logger: Logger;
  readonly #open = new Map<string, OpenLink>();

  constructor(providerId: string, components: ListenComponents) {
    this.#providerId = providerId;
    this.#components = components;
    this.#logger = components.logger;
  }

  async put(link: InterfaceLinkDefinition, settings: HttpLinkSettings): Promise<void> {
    const { address, match, policy, listener } = settings;
    const route: HttpRoute = { route: 'all', match, componentId: link.target, policy };
    const known = this.#open.get(linkKey(link));
    if (known !== undefined && sameAddress(known.address, address) && suits(known, listener)) {
      await this.#change(link, known.listening, route, listener);
      return;
    }
    this.#refuseRival(link, address, known);
    if (known !== undefined && addressesOverlap(known.address, address)) await this.delete(link);
    const listening = await this.#listen(link, settings, route);
    await this.delete(link);
    this.#open.set(linkKey(link), { link, address, listening, opened: openedWith(listener) });
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

  trouble(link: LinkIdentity): string | undefined {
    return this.#open.get(linkKey(link))?.listening.trouble();
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
    { address, listener }: HttpLinkSettings,
    route: HttpRoute,
  ): Promise<Listening> {
    const request = {
      providerId: this.#providerId,
      ...address,
      routing: { by: 'address' },
      routes: [route],
      head: listener.head,
      trustedProxies: listener.trustedProxies,
    } as const;
    try {
      return await Listening.open(request, listener.tls, this.#components);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ProviderLinkError(link, `could not listen on ${formatSocketAddress(address)}: ${reason}`, {
        cause,
      });
    }
  }

  async #change(
    link: InterfaceLinkDefinition,
    listening: Listening,
    route: HttpRoute,
    { tls }: ListenerSettings,
  ): Promise<void> {
    try {
      await listening.setFiles(tls);
      await listening.setRoute(route);
    } catch (cause) {
      throw new ProviderLinkError(link, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  async #close({ address, listening }: OpenLink): Promise<void> {
    try {
      await listening.close();
    } catch (error) {
      this.#logger.error('a listener did not close', { address: formatSocketAddress(address), error });
    }
  }
}

/** Two links with port 0 get two ports, but the same link put twice keeps its own. */
function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.host === b.host && a.port === b.port;
}

/** Whether a link keeps its listener with these settings. */
function suits({ listening, opened }: OpenLink, settings: ListenerSettings): boolean {
  return listening.takes(settings.tls) && opened === openedWith(settings);
}

function openedWith({ head, trustedProxies }: ListenerSettings): string {
  return JSON.stringify({ head, trustedProxies });
}
