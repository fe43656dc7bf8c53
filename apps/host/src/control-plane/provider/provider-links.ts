import { isDeepStrictEqual } from 'node:util';
import type { InterfaceLinkDefinition, Link, UndeliveredLink } from '@wasmlattice/control-interface';
import { causeChain } from '@wasmlattice/events';
import type { RunningProvider } from '@wasmlattice/provider-host';
import { linkKey } from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import { FollowedLink, type LinkState, type LinkValueSources } from './followed-link.js';
import { LinkRetries, type Schedule } from './link-retries.js';

/** What keeps a link from being served as it should be. */
type LinkTrouble =
  | Exclude<LinkState, { readonly tag: 'delivered' }>
  | { readonly tag: 'degraded'; readonly reason: string };

export interface ProviderLinksOptions {
  readonly providerId: string;
  readonly values: LinkValueSources;
  /** Runs a task of this provider after those that were given before it; failures are logged. */
  readonly enqueue: (task: () => Promise<void>) => void;
  /** Told of a link that could not be delivered: of each reason once, and each time somebody puts it. */
  readonly onFailure: (link: Link, reason: string) => void;
  /** Told of a link that could not be delivered and now is. */
  readonly onRecovery: (link: Link) => void;
  /** A link left or changed: what it held may be free for others, those of other providers, too. */
  readonly onFreed: () => void;
  /** When failed links are tried again; by a timer unless a test says so. */
  readonly scheduleRetry?: Schedule | undefined;
  readonly logger: Logger;
}

/**
 * The links of one provider that runs here. Each is delivered once, and again when the values of its configs and secrets or the link
 * itself become others. What failed is tried again when it is put again, when its configs change, when another link of a provider of
 * this host leaves or changes, which may have been in its way, and after a while, as nobody may tell that its cause is gone.
 *
 * Its methods are called one after the other.
 */
export class ProviderLinks {
  readonly #options: ProviderLinksOptions;
  readonly #links = new Map<string, FollowedLink>();
  /** Those whose delivery waits for its turn. */
  readonly #expected = new Map<string, Link>();
  #provider: RunningProvider | undefined;
  readonly #retries: LinkRetries;
  #isClosed = false;

  constructor(options: ProviderLinksOptions) {
    this.#options = options;
    this.#retries = new LinkRetries(() => options.enqueue(() => this.tryFailed()), options.scheduleRetry);
  }

  /** The links of the provider's start, with their values: what its process gets with its HostData. */
  async ofStart(links: readonly Link[]): Promise<InterfaceLinkDefinition[]> {
    for (const link of links) {
      if (!this.#links.has(linkKey(link))) await this.#follow(link, { tag: 'pending' });
    }
    return [...this.#links.values()].flatMap((followed) => {
      followed.state = this.#stateToGive(followed);
      return followed.state.tag === 'delivered' ? [followed.state.definition] : [];
    });
  }

  /**
   * The provider serves, for the first time or again, and has what {@link ofStart} gave. One that answers, or wrote that a link
   * failed, is given everything once more: it ignores what it has and says what failed.
   */
  async begin(provider: RunningProvider): Promise<void> {
    this.#provider = provider;
    for (const followed of [...this.#links.values()]) {
      // What failed is tried in any case, and known to have failed.
      const isAsked = provider.answers || provider.hasFailedLinks === true;
      if (isAsked && followed.state.tag === 'delivered') followed.state = { tag: 'pending' };
      await this.#deliver(followed);
    }
  }

  /** {@link put} will be called with this. */
  expect(link: Link): void {
    this.#expected.set(linkKey(link), link);
  }

  /** A link was put, anew or again. */
  async put(link: Link): Promise<void> {
    this.#expected.delete(linkKey(link));
    const before = this.#links.get(linkKey(link));
    if (before !== undefined && isDeepStrictEqual(before.link, link)) {
      await this.#deliver(before, { isAsked: true });
      return;
    }
    before?.close();
    const followed = await this.#follow(link, before?.state ?? { tag: 'pending' });
    const isChanged = await this.#deliver(followed, { isAsked: true });
    if (before !== undefined && isChanged) await this.#freed(followed);
  }

  async delete(link: Link): Promise<void> {
    const key = linkKey(link);
    this.#expected.delete(key);
    this.#links.get(key)?.close();
    this.#links.delete(key);
    try {
      await this.#provider?.deleteLink(link);
    } finally {
      await this.#freed();
    }
  }

  /** Whether a link could not be delivered, be it of any source or of this one. */
  hasFailed(sourceId?: string): boolean {
    return [...this.#links.values()].some((each) => isFailedOf(each, sourceId));
  }

  /** What was in the way of a link may be gone. */
  async tryFailed(): Promise<void> {
    await this.#tryFailed();
    if (!this.hasFailed()) this.#retries.reset();
  }

  /** Somebody put a link of this source again. */
  async tryAgain(sourceId: string): Promise<void> {
    for (const each of [...this.#links.values()]) {
      if (isFailedOf(each, sourceId)) await this.#deliver(each, { isAsked: true });
    }
  }

  /** What the provider does not have, or takes badly. */
  undelivered(): UndeliveredLink[] {
    const expected = [...this.#expected.values()].map((link) => this.#describe(link, { tag: 'pending' }));
    const others = [...this.#links].flatMap(([key, { link, state }]) => {
      if (this.#expected.has(key)) return [];
      if (state.tag !== 'delivered') return [this.#describe(link, state)];
      const trouble = this.#provider?.linkTrouble?.(link);
      return trouble === undefined ? [] : [this.#describe(link, { tag: 'degraded', reason: trouble })];
    });
    return [...expected, ...others];
  }

  /** All of them, while the provider does not serve. */
  allFailed(reason: string): UndeliveredLink[] {
    return [...this.#links.values()].map(({ link }) => this.#describe(link, { tag: 'failed', reason }));
  }

  /** Nothing is delivered any more; safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#retries.reset();
    for (const followed of this.#links.values()) followed.close();
    this.#links.clear();
    this.#expected.clear();
  }

  async #follow(link: Link, state: LinkState): Promise<FollowedLink> {
    const { enqueue, values } = this.#options;
    const key = linkKey(link);
    const onChange = (): void => {
      this.expect(link);
      enqueue(async () => {
        this.#expected.delete(key);
        if (this.#links.get(key) !== followed) return;
        const isChanged = await this.#deliver(followed);
        if (isChanged) await this.#freed(followed);
      });
    };
    const followed: FollowedLink = await FollowedLink.follow(link, values, onChange, state);
    if (this.#isClosed) followed.close();
    else this.#links.set(key, followed);
    return followed;
  }

  /** Whether the provider was told anything. */
  async #deliver(followed: FollowedLink, { isAsked = false } = {}): Promise<boolean> {
    const provider = this.#provider;
    if (provider === undefined || this.#isClosed) return false;
    let definition: InterfaceLinkDefinition;
    try {
      definition = followed.definition();
    } catch (error) {
      // What the provider has it keeps: without the config there is nothing better.
      if (followed.state.tag !== 'delivered') this.#fail(followed, error, isAsked);
      return false;
    }
    if (followed.has(definition)) return false;
    const before = followed.state;
    followed.state = { tag: 'pending' };
    try {
      await provider.putLink(definition);
      followed.state = { tag: 'delivered', definition };
      if (before.tag === 'failed') this.#options.onRecovery(followed.link);
    } catch (error) {
      followed.state = before;
      this.#fail(followed, error, isAsked);
    }
    return true;
  }

  #fail(followed: FollowedLink, error: unknown, isAsked: boolean): void {
    // Everything fails at a provider that stops.
    if (this.#isClosed) return;
    const { logger, onFailure, providerId } = this.#options;
    const { link, state } = followed;
    const reason = causeChain(error);
    followed.state = { tag: 'failed', reason };
    this.#retries.plan();
    if (!isAsked && state.tag === 'failed' && state.reason === reason) return;
    logger.error('a link was not delivered', { provider: providerId, link, error });
    onFailure(link, reason);
  }

  async #freed(by?: FollowedLink): Promise<void> {
    await this.#tryFailed(by);
    this.#options.onFreed();
  }

  async #tryFailed(except?: FollowedLink): Promise<void> {
    for (const followed of [...this.#links.values()]) {
      if (followed !== except && followed.state.tag === 'failed') await this.#deliver(followed);
    }
  }

  #stateToGive(followed: FollowedLink): LinkState {
    try {
      return { tag: 'delivered', definition: followed.definition() };
    } catch {
      return { tag: 'pending' };
    }
  }

  #describe({ name, sourceId, target, witNamespace, witPackage }: Link, state: LinkTrouble): UndeliveredLink {
    return {
      sourceId,
      target,
      name,
      witNamespace,
      witPackage,
      providerId: this.#options.providerId,
      state: state.tag,
      reason: state.tag === 'pending' ? '' : state.reason,
    };
  }
}

function isFailedOf({ link, state }: FollowedLink, sourceId = link.sourceId): boolean {
  return link.sourceId === sourceId && state.tag === 'failed';
}
