import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import type { Logger } from '@wasmlattice/telemetry';
import { describeLink, ProviderLinkError } from '../../errors.js';
import { type LinkIdentity, linkKey } from '../../protocol/index.js';
import type { RouteMatch } from './http-targets.js';
import type { LinkListeners } from './link-listeners.js';
import type { Listening } from './listen.js';
import type { HttpLinkSettings } from './settings.js';

interface RoutedLink {
  readonly link: LinkIdentity;
  readonly match: RouteMatch;
}

/** One listener for all links, each of which takes a part of its requests. */
export class RoutedLinks implements LinkListeners {
  readonly #listening: Listening;
  readonly #logger: Logger;
  readonly #links = new Map<string, RoutedLink>();
  /** Who has what. */
  readonly #taken = new Map<string, string>();

  constructor({ listening, logger }: { readonly listening: Listening; readonly logger: Logger }) {
    this.#listening = listening;
    this.#logger = logger;
  }

  async put(link: InterfaceLinkDefinition, { match, policy }: HttpLinkSettings): Promise<void> {
    const key = linkKey(link);
    const holder = this.#links.get(this.#taken.get(keyOf(match)) ?? key);
    if (holder !== undefined && linkKey(holder.link) !== key) {
      throw new ProviderLinkError(
        link,
        `${describeMatch(match)} is taken by ${describeLink(holder.link)}: give one of them another`,
      );
    }
    try {
      await this.#listening.setRoute({ route: key, match, componentId: link.target, policy });
    } catch (cause) {
      throw new ProviderLinkError(link, cause instanceof Error ? cause.message : String(cause), { cause });
    }
    this.#forget(key);
    this.#links.set(key, { link, match });
    this.#taken.set(keyOf(match), key);
    this.#logger.info('answering HTTP', {
      link: link.name,
      component: link.target,
      match: describeMatch(match),
    });
  }

  async delete(link: LinkIdentity): Promise<void> {
    const key = linkKey(link);
    if (!this.#links.has(key)) return;
    this.#forget(key);
    await this.#listening.deleteRoute(key);
    this.#logger.info('stopped answering HTTP', { link: link.name, component: link.target });
  }

  trouble(link: LinkIdentity): string | undefined {
    return this.#links.has(linkKey(link)) ? this.#listening.trouble() : undefined;
  }

  close(): Promise<void> {
    return this.#listening.close();
  }

  #forget(key: string): void {
    const known = this.#links.get(key);
    if (known === undefined) return;
    this.#links.delete(key);
    this.#taken.delete(keyOf(known.match));
  }
}

function keyOf(match: RouteMatch): string {
  return match.kind === 'any' ? match.kind : `${match.kind} ${match.value}`;
}

function describeMatch(match: RouteMatch): string {
  switch (match.kind) {
    case 'any':
      return 'everything';
    case 'exact':
      return match.value;
    case 'below':
      return match.value.startsWith('/') ? `the prefix ${match.value}` : `*.${match.value}`;
  }
}
