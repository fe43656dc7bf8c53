import { isDeepStrictEqual } from 'node:util';
import {
  type ConfigLayer,
  readSettings,
  type SettingsSchema,
} from '@wasmlattice/provider-host/config-schema';
import type { Logger } from '@wasmlattice/telemetry';
import type { ProviderLink, ProviderLinkIdentity } from '../provider.js';
import { reasonOf } from '../reason-of.js';
import { LinkFailedError, type LinkName, NotLinkedError } from './link-errors.js';
import { type Lease, type LinkEnd, LinkedResource } from './linked-resource.js';

/** Links of one side of a provider, each with a resource. */
export interface LinkMapOptions<Resource, Settings> {
  /** `target`: links of components that call the provider. `source`: links of the provider to components that it calls. @default 'target' */
  readonly side?: 'target' | 'source';
  /** The package of the links, `wasi:keyvalue`; by default those of all packages. */
  readonly package?: string;
  /** What the configs of the links are checked against, and read by. */
  readonly settings?: SettingsSchema<Settings>;
  /**
   * Makes what a link stands for. Called when the link is put, or put with other values, or when those of the provider change what it means;
   * again by the next call if it failed. What it throws is told to the host and to each component that calls through the link.
   *
   * @param scope for what the resource holds: disposed after `close`, and when `open` fails
   */
  readonly open: (link: OpenedLink<Settings>, scope: AsyncDisposableStack) => Promise<Resource> | Resource;
  /** Called when the calls that use the resource are done; at the end of the provider also if they are not. */
  readonly close?: (resource: Resource, end: LinkEnd) => Promise<void> | void;
}

/** A link with its settings; without a schema they are `undefined`, and `config` has all there is. */
export interface OpenedLink<Settings> extends ProviderLink {
  readonly settings: Settings;
}

/** What a provider does with the links of one side: it finds what belongs to a call. */
export interface LinkMap<Resource> {
  /**
   * Runs `work` with the resource of a link. A link that is put with other values while `work` runs leaves it the resource that it has.
   * While such a link opens, calls get the one before.
   *
   * @throws NotLinkedError
   * @throws LinkFailedError when it can't be opened
   */
  use<T>(link: LinkName, work: (resource: Resource, lease: Lease) => Promise<T> | T): Promise<T>;
  has(link: LinkName): boolean;
}

/** What the host's messages do with a map. */
export interface LinkMapControl {
  readonly side: 'target' | 'source';
  readonly schema: SettingsSchema<unknown> | undefined;
  /** Whether the link is one of the map's. */
  takes(side: 'target' | 'source', link: ProviderLinkIdentity): boolean;
  /**
   * Rejects with why the link can't be used; the link is there then, and has failed.
   *
   * @param check throws what is wrong with the keys of the link's configs
   */
  put(link: ProviderLink, check?: () => void): Promise<void>;
  delete(link: ProviderLinkIdentity): Promise<void>;
  close(): Promise<void>;
}

const notClosed = 'what a link had open could not be closed';

interface Entry<Resource> {
  /** What two links must have in common to be the same; `undefined` where the settings could not be read. */
  readonly meaning: unknown;
  readonly identity: ProviderLinkIdentity;
  readonly resource: LinkedResource<Resource>;
}

/** A {@link LinkMap} by component and link name. */
export class ResourceLinks<Resource, Settings> implements LinkMap<Resource>, LinkMapControl {
  readonly side: 'target' | 'source';
  readonly schema: SettingsSchema<unknown> | undefined;
  readonly #options: LinkMapOptions<Resource, Settings>;
  readonly #provider: () => ConfigLayer;
  readonly #logger: Logger;
  readonly #entries = new Map<string, Map<string, Entry<Resource>>>();
  /** What was replaced or deleted and may be in use. */
  readonly #ending = new Set<LinkedResource<Resource>>();

  /** @param provider config and secrets of the provider, as of now */
  constructor(options: LinkMapOptions<Resource, Settings>, provider: () => ConfigLayer, logger: Logger) {
    this.#options = options;
    this.#provider = provider;
    this.#logger = logger;
    this.side = options.side ?? 'target';
    this.schema = options.settings;
  }

  async use<T>(link: LinkName, work: (resource: Resource, lease: Lease) => Promise<T> | T): Promise<T> {
    const links = this.#entries.get(link.sourceId);
    const entry = links?.get(link.linkName);
    if (entry === undefined) {
      throw new NotLinkedError(link, [...(links?.keys() ?? [])], this.#options.package);
    }
    return await entry.resource.use(work);
  }

  has({ sourceId, linkName }: LinkName): boolean {
    return this.#entries.get(sourceId)?.has(linkName) === true;
  }

  takes(side: 'target' | 'source', { witNamespace, witPackage }: ProviderLinkIdentity): boolean {
    if (side !== this.side) return false;
    return this.#options.package === undefined || this.#options.package === `${witNamespace}:${witPackage}`;
  }

  async put(link: ProviderLink, check?: () => void): Promise<void> {
    const before = this.#entry(link);
    const opened = this.#read(link, check);
    const meaning = 'error' in opened ? undefined : this.#meaningOf(opened.link);
    const isSame =
      before !== undefined && meaning !== undefined && isDeepStrictEqual(before.meaning, meaning);
    if (isSame) {
      await before.resource.open();
      return;
    }
    const resource = this.#resourceOf(link, (scope) => {
      if ('error' in opened) throw opened.error;
      return this.#options.open(opened.link, scope);
    });
    const entry: Entry<Resource> = { meaning, identity: link, resource };
    // What a component is told twice, or a port that is taken, can't be there at the same time.
    if (this.side === 'source') await this.#end(before, 'replaced');
    // Calls wait for a first resource; else they have the one before until this one is there.
    if (before === undefined || this.side === 'source') this.#set(link, entry);
    try {
      await resource.open();
    } finally {
      this.#set(link, entry);
      if (this.side === 'target') await this.#end(before, 'replaced');
    }
  }

  async delete(link: ProviderLinkIdentity): Promise<void> {
    const entry = this.#entry(link);
    // A link of another package took its place.
    if (entry === undefined || !isSamePackage(entry.identity, link)) return;
    const peer = this.#peerOf(link);
    const links = this.#entries.get(peer);
    links?.delete(link.linkName);
    if (links?.size === 0) this.#entries.delete(peer);
    await this.#end(entry, 'deleted');
  }

  async close(): Promise<void> {
    const all = [...this.#entries.values()].flatMap((links) => [...links.values()]);
    this.#entries.clear();
    const resources = [...all.map(({ resource }) => resource), ...this.#ending];
    const closed = await Promise.allSettled(resources.map((resource) => resource.endNow('shutdown')));
    for (const outcome of closed) {
      if (outcome.status === 'rejected') {
        this.#logger.error(notClosed, { error: outcome.reason });
      }
    }
  }

  #resourceOf(
    link: ProviderLink,
    open: (scope: AsyncDisposableStack) => Promise<Resource> | Resource,
  ): LinkedResource<Resource> {
    const { linkName } = link;
    const peer = { sourceId: this.#peerOf(link), linkName };
    const resource: LinkedResource<Resource> = new LinkedResource({
      open,
      close: (made, end) => this.#options.close?.(made, end),
      failure: (cause) => new LinkFailedError(peer, reasonOf(cause), { cause }),
      onError: (error) => this.#logger.error(notClosed, { source: peer.sourceId, link: linkName, error }),
      onClosed: () => this.#ending.delete(resource),
    });
    return resource;
  }

  async #end(entry: Entry<Resource> | undefined, end: LinkEnd): Promise<void> {
    if (entry === undefined) return;
    this.#ending.add(entry.resource);
    await entry.resource.end(end);
  }

  #read(
    link: ProviderLink,
    check: (() => void) | undefined,
  ): { readonly link: OpenedLink<Settings> } | { readonly error: unknown } {
    const { settings: schema } = this.#options;
    try {
      check?.();
      const settings =
        schema === undefined
          ? (undefined as Settings)
          : readSettings(schema, { side: this.side, link, provider: this.#provider() });
      return { link: { ...link, settings } };
    } catch (error) {
      return { error };
    }
  }

  #meaningOf({ settings, config, secrets, interfaces }: OpenedLink<Settings>): unknown {
    return this.#options.settings === undefined ? { config, secrets, interfaces } : { settings, interfaces };
  }

  #peerOf({ sourceId, target }: ProviderLinkIdentity): string {
    return this.side === 'target' ? sourceId : target;
  }

  #entry(link: ProviderLinkIdentity): Entry<Resource> | undefined {
    return this.#entries.get(this.#peerOf(link))?.get(link.linkName);
  }

  #set(link: ProviderLinkIdentity, entry: Entry<Resource>): void {
    const peer = this.#peerOf(link);
    const links = this.#entries.get(peer) ?? new Map<string, Entry<Resource>>();
    this.#entries.set(peer, links.set(link.linkName, entry));
  }
}

function isSamePackage(one: ProviderLinkIdentity, other: ProviderLinkIdentity): boolean {
  return one.witNamespace === other.witNamespace && one.witPackage === other.witPackage;
}
