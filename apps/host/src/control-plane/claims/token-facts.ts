import type { StoredClaims } from '@wasmlattice/control-interface';
import type { ComponentEventClaims, EventClaims } from '@wasmlattice/events';
import type { Token } from '@wasmlattice/identity';

/** What inventories tell of a token (docs/spec/control-interface.md#2.2). */
export function inventoryClaims(token: Token<'component' | 'provider'> | undefined): {
  readonly name?: string;
  readonly revision: number;
} {
  const { name, revision = 0 } = token?.claims.metadata ?? {};
  return { ...(name !== undefined && { name }), revision };
}

/** What `component_scaled` tells of a token (docs/spec/events.md#4). */
export function componentEventClaims(
  token: Token<'component'> | undefined,
): ComponentEventClaims | undefined {
  if (token === undefined) return undefined;
  const { subject, metadata } = token.claims;
  return {
    ...eventClaims(token),
    subject,
    callAlias: metadata?.callAlias,
    tags: metadata?.tags,
    revision: metadata?.revision,
  };
}

/** What `provider_started` tells of a token (docs/spec/events.md#4). */
export function providerEventClaims(token: Token<'provider'> | undefined): EventClaims | undefined {
  return token === undefined ? undefined : eventClaims(token);
}

/** The record `CLAIMS_{subject}`; `undefined` for a token that says nothing of its subject (docs/spec/lattice-data.md#3). */
export function storedClaims(token: Token<'component'> | Token<'provider'>): StoredClaims | undefined {
  const { kind, issuer, subject, metadata } = token.claims;
  if (metadata === undefined) return undefined;
  const common = {
    issuer,
    subject,
    name: metadata.name ?? '',
    revision: String(metadata.revision ?? 0),
    version: metadata.version ?? '',
  };
  if (kind === 'component' && 'hash' in metadata) {
    return { kind, ...common, callAlias: metadata.callAlias ?? '', tags: metadata.tags ?? [] };
  }
  const schema = 'configSchema' in metadata ? metadata.configSchema : undefined;
  return {
    kind: 'provider',
    ...common,
    ...(schema !== undefined && { configSchema: JSON.stringify(schema) }),
  };
}

function eventClaims({ claims }: Token<'component' | 'provider'>): EventClaims {
  const { issuer, notBefore, expires, metadata } = claims;
  return { issuer, notBefore, expires, name: metadata?.name, version: metadata?.version };
}
