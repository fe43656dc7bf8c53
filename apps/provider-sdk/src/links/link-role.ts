import type { InterfaceLinkDefinition, LinkIdentity } from '@wasmlattice/provider-host/protocol';

/** Which end of a link the provider is, and who is at the other. */
export interface LinkRole {
  readonly side: 'source' | 'target';
  readonly peer: string;
}

/** `undefined` for a link the provider has no part in. A link of a provider with itself makes it the source. */
export function linkRole(providerId: string, link: LinkIdentity): LinkRole | undefined {
  if (link.sourceId === providerId) return { side: 'source', peer: link.target };
  if (link.target === providerId) return { side: 'target', peer: link.sourceId };
  return undefined;
}

/** Config and sealed secrets for one end of a link. */
export function sideOf(
  side: LinkRole['side'],
  link: InterfaceLinkDefinition,
): { readonly config: Readonly<Record<string, string>>; readonly sealedSecrets: Uint8Array | undefined } {
  return side === 'source'
    ? { config: link.sourceConfig, sealedSecrets: link.sourceSecrets }
    : { config: link.targetConfig, sealedSecrets: link.targetSecrets };
}
