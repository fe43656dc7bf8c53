import { setTimeout as delay } from 'node:timers/promises';
import {
  type Answer,
  type DeleteLinkCommand,
  failed,
  type InterfaceLinkDefinition,
  type Link,
  ok,
} from '@wasmlattice/control-interface';
import {
  causeChain,
  type EventPublisher,
  linkdefDeleted,
  linkdefSet,
  linkdefSetFailed,
} from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { ConfigStore } from './lattice-store/config-store.js';
import type { LatticeStore } from './lattice-store/lattice-store.js';
import { conflictingLink, withLink, withoutLink } from './link-table.js';
import type { PolicyGate } from './policy/policy-gate.js';

/** Link operations of the control interface (docs/spec/control-interface.md#6). */
export interface LinkService {
  put(link: Link): Promise<Answer>;
  delete(command: DeleteLinkCommand): Promise<Answer>;
  list(): readonly Link[];
  /** The link with the values of its configs, as providers get it. */
  resolve(link: Link): Promise<InterfaceLinkDefinition>;
}

/**
 * Tells providers of the whole lattice, by their ids (docs/spec/lattice-data.md#5.3,
 * docs/spec/lattice-data.md#5.4).
 */
export interface LinkAnnouncer {
  linkPut(link: InterfaceLinkDefinition): void;
  linkDeleted(link: InterfaceLinkDefinition): void;
}

/** A link that may not be put; the message is the reply's. */
class LinkRefusedError extends Error {
  override readonly name = 'LinkRefusedError';
}

const secretPrefix = 'SECRET';

/** Clients wait 2 s for the answer. */
const deliveryWaitMs = 1_000;

export function createLinkService(options: {
  readonly lattice: LatticeStore;
  readonly configs: ConfigStore;
  readonly events: EventPublisher;
  readonly announcer: LinkAnnouncer;
  readonly policy: Pick<PolicyGate, 'allowLink'>;
  /** Whether a provider of this id runs in the lattice. */
  readonly isProvider: (id: string) => Promise<boolean>;
  /** Resolves once those ends of a link that run on this host know it. */
  readonly delivered: (link: Link) => Promise<void>;
  readonly logger: Logger;
}): LinkService {
  const { lattice, configs, events, announcer, policy, isProvider, delivered, logger } = options;

  const validateConfigs = async (link: Link): Promise<void> => {
    const names = [...link.sourceConfig, ...link.targetConfig];
    const found = await Promise.all(names.map((name) => configs.get(name)));
    const missing = names.filter((_, index) => found[index] === undefined);
    if (missing.length === 0) return;
    const sentences = missing.map((name) =>
      name.startsWith(secretPrefix)
        ? `Secret reference ${name} not found in config store. `
        : `Configuration ${name} not found in config store. `,
    );
    throw new LinkRefusedError(`Failed to validate configuration and secrets. ${sentences.join('')}`);
  };

  /** A provider calls components and is called by them; what two of them would say to each other is in no interface. */
  const refuseProviderPair = async ({ sourceId, target }: Link): Promise<void> => {
    if (!(await isProvider(sourceId)) || !(await isProvider(target))) return;
    throw new LinkRefusedError(
      `the provider ${sourceId} cannot be linked to the provider ${target}: one end of a link is a component; check source and target`,
    );
  };

  const resolve = async (link: Link): Promise<InterfaceLinkDefinition> => {
    const [sourceConfig, targetConfig] = await Promise.all([
      configs.resolve(link.sourceConfig),
      configs.resolve(link.targetConfig),
    ]);
    return { ...link, sourceConfig, targetConfig };
  };

  const announce = async (link: Link): Promise<void> => {
    if ([...link.sourceConfig, ...link.targetConfig].some((name) => name.startsWith(secretPrefix))) return;
    announcer.linkPut(await resolve(link));
  };

  /**
   * So that an address answers or is closed, and a component finds its target, when the request is answered; an end that is slow to
   * learn of it must not outlast the client.
   */
  const told = async (link: Link): Promise<void> => {
    const late = new AbortController();
    await Promise.race([delivered(link), delay(deliveryWaitMs, undefined, { signal: late.signal })]);
    late.abort();
  };

  return {
    resolve,
    list: () => lattice.links(),

    async put(link) {
      try {
        await validateConfigs(link);
        await refuseProviderPair(link);
        await policy.allowLink(link);
        await lattice.update(link.sourceId, (spec = { url: '', links: [] }) => {
          if (conflictingLink(spec.links, link) !== undefined) {
            throw new LinkRefusedError(
              'link already exists with different target, consider deleting the existing link or using a different link name',
            );
          }
          return { ...spec, links: withLink(spec.links, link) };
        });
        await announce(link);
      } catch (error) {
        logger.warn('link could not be put', { source: link.sourceId, target: link.target, error });
        await events.publish(linkdefSetFailed(link, causeChain(error)));
        return failed(error instanceof Error ? error.message : String(error));
      }
      await told(link);
      await events.publish(linkdefSet(link));
      return ok('successfully set link');
    },

    async delete(command) {
      let known = true;
      let removed: Link | undefined;
      await lattice.update(command.sourceId, (spec) => {
        known = spec !== undefined;
        if (spec === undefined) return undefined;
        const result = withoutLink(spec.links, command);
        removed = result.removed;
        return removed === undefined ? undefined : { ...spec, links: result.rest };
      });
      if (!known) return ok("successfully deleted link (spec doesn't exist)");
      if (removed !== undefined) {
        announcer.linkDeleted({ ...removed, sourceConfig: {}, targetConfig: {} });
        await told(removed);
      }
      await events.publish(linkdefDeleted(command, removed));
      return ok('successfully deleted link');
    },
  };
}
