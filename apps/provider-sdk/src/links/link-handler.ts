import { isDeepStrictEqual } from 'node:util';
import {
  type InterfaceLinkDefinition,
  type LinkIdentity,
  linkKey,
  type StringMap,
} from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import { acceptLinkConfig } from '../check-config.js';
import type { ProviderLink, ProviderLinkIdentity } from '../provider.js';
import type { LinkMapControl } from './link-map.js';
import { type LinkRole, linkRole, sideOf } from './link-role.js';
import type { OpenSecrets } from './link-secrets.js';

/**
 * Turns the host's link messages into links of the provider's maps. Its methods log failures, and reject with what the
 * provider threw.
 */
export interface LinkHandler {
  put(link: InterfaceLinkDefinition): Promise<void>;
  delete(link: LinkIdentity): Promise<void>;
  /** Hands every link on again, as another config of the provider changes what they mean; logs failures. */
  putAllAgain(): Promise<void>;
}

export interface LinkHandlerOptions {
  readonly providerId: string;
  /** Those that the provider asked for: they are there before the first link is. */
  readonly maps: readonly LinkMapControl[];
  /** The provider's own config of this moment. */
  readonly config: () => StringMap;
  readonly openSecrets: OpenSecrets;
  readonly logger: Logger;
}

/**
 * Remembers each link by source, target, link name and package. A put that repeats a link the provider has is ignored;
 * one with other values is handed on, so that a changed config takes effect.
 *
 * Upstream's SDK remembers one link for each peer and ignores changed values (docs/spec/provider.md#3); both
 * lose links.
 */
export function createLinkHandler(options: LinkHandlerOptions): LinkHandler {
  const { providerId, maps, config, openSecrets, logger } = options;
  const known = new Map<string, KnownLink>();

  const handler: LinkHandler = {
    async put(definition) {
      const fields = fieldsOf(definition);
      try {
        const role = linkRole(providerId, definition);
        if (role === undefined) {
          logger.error(
            'ignored a link of others: this provider is neither its source nor its target',
            fields,
          );
          return;
        }
        const link = readLink(role, definition, openSecrets);
        const key = linkKey(definition);
        const before = known.get(key);
        if (before?.isDone === true && isDeepStrictEqual(before.link, link)) {
          logger.debug('ignored a link that is already there', fields);
          return;
        }
        // One that fails is tried again when it is repeated, or when the provider has another config.
        const put: KnownLink = { definition, link, isDone: false };
        known.set(key, put);
        for (const map of maps) {
          if (!map.takes(role.side, link)) continue;
          await map.put(link, () =>
            acceptLinkConfig(map.schema, role.side, definition, config(), logger.with(fields)),
          );
        }
        put.isDone = true;
        logger.info('link put', fields);
      } catch (error) {
        logger.error('a link failed', { ...fields, error });
        throw error;
      }
    },

    async delete(definition) {
      const fields = fieldsOf(definition);
      try {
        const role = linkRole(providerId, definition);
        if (role === undefined) return;
        known.delete(linkKey(definition));
        const link = identityOf(definition);
        for (const map of maps) if (map.takes(role.side, link)) await map.delete(link);
        logger.info('link deleted', fields);
      } catch (error) {
        logger.error('a link could not be deleted', { ...fields, error });
        throw error;
      }
    },

    async putAllAgain() {
      const all = [...known.values()];
      known.clear();
      // The map of a link leaves it as it is if it means the same as before.
      for (const { definition } of all) await handler.put(definition).catch(() => {});
    },
  };
  return handler;
}

interface KnownLink {
  readonly definition: InterfaceLinkDefinition;
  readonly link: ProviderLink;
  isDone: boolean;
}

function readLink(
  role: LinkRole,
  definition: InterfaceLinkDefinition,
  openSecrets: OpenSecrets,
): ProviderLink {
  const { config, sealedSecrets } = sideOf(role.side, definition);
  return { ...identityOf(definition), config, secrets: openSecrets(sealedSecrets) };
}

function identityOf(link: LinkIdentity): ProviderLinkIdentity {
  return {
    sourceId: link.sourceId,
    target: link.target,
    linkName: link.name,
    witNamespace: link.witNamespace,
    witPackage: link.witPackage,
    interfaces: link.interfaces,
  };
}

function fieldsOf(link: LinkIdentity): Readonly<Record<string, string>> {
  return {
    source: link.sourceId,
    target: link.target,
    link: link.name,
    package: `${link.witNamespace}:${link.witPackage}`,
  };
}
