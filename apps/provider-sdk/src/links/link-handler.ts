import { isDeepStrictEqual } from 'node:util';
import {
  type InterfaceLinkDefinition,
  type LinkIdentity,
  linkKey,
  type StringMap,
} from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import { acceptLinkConfig } from '../check-config.js';
import type { Provider, ProviderLink, ProviderLinkIdentity } from '../provider.js';
import { type LinkRole, linkRole, sideOf } from './link-role.js';
import type { OpenSecrets } from './link-secrets.js';

/**
 * Turns the host's link messages into calls of the provider's link methods. Its methods log failures, and reject with what the
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
  readonly provider: Provider;
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
  const { providerId, provider, config, openSecrets, logger } = options;
  const known = new Map<
    string,
    { readonly definition: InterfaceLinkDefinition; readonly link: ProviderLink }
  >();

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
        if (isDeepStrictEqual(known.get(key)?.link, link)) {
          logger.debug('ignored a link that is already there', fields);
          return;
        }
        // Not known while it is being put: one that fails is tried again when it is repeated.
        known.delete(key);
        acceptLinkConfig(provider.configSchema, role.side, definition, config(), logger.with(fields));
        if (role.side === 'source') await provider.putLinkAsSource?.(link);
        else await provider.putLinkAsTarget?.(link);
        known.set(key, { definition, link });
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
        if (role.side === 'source') await provider.deleteLinkAsSource?.(link);
        else await provider.deleteLinkAsTarget?.(link);
        logger.info('link deleted', fields);
      } catch (error) {
        logger.error('a link could not be deleted', { ...fields, error });
        throw error;
      }
    },

    async putAllAgain() {
      const all = [...known.values()];
      known.clear();
      for (const { definition } of all) await handler.put(definition).catch(() => {});
    },
  };
  return handler;
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
