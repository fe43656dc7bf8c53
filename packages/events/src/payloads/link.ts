import { decodeLink, encodeLink, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { DeleteLinkCommand, Link, LinkKey } from '@wasmlattice/control-interface/types';
import type { EventCodec } from './event-codec.js';

/** `linkdef_set_failed`: the link as requested and why it was not set. */
export interface LinkdefSetFailed extends Link {
  /** The whole cause chain, outermost first, joined by `: `; see `causeChain`. */
  readonly error: string;
}

/** `linkdef_deleted`: what was asked for and, only if a link was found and removed, where it led. */
export interface LinkdefDeleted extends DeleteLinkCommand {
  readonly target?: string | undefined;
  readonly interfaces?: readonly string[] | undefined;
}

/**
 * `link_state_changed`: a link that a provider of this host did not take, or takes at last. An event of ours, which others drop; it
 * follows `linkdef_set_failed` where that tells the same.
 */
export interface LinkStateChanged extends LinkKey {
  readonly hostId: string;
  /** The end that runs on the host. */
  readonly providerId: string;
  readonly state: 'delivered' | 'failed';
  /** Why it failed; empty for one that was delivered. */
  readonly reason: string;
}

/** An event for `publish`: a link was put, or put again. */
export function linkdefSet(link: Link): { readonly name: 'linkdef_set'; readonly data: Link } {
  return { name: 'linkdef_set', data: link };
}

/** An event for `publish`: a link could not be put. */
export function linkdefSetFailed(
  link: Link,
  error: string,
): { readonly name: 'linkdef_set_failed'; readonly data: LinkdefSetFailed } {
  return { name: 'linkdef_set_failed', data: { ...link, error } };
}

/** An event for `publish`: a link deletion was carried out; `removed` is the link that was found, if any. */
export function linkdefDeleted(
  { target: _asked, ...slot }: DeleteLinkCommand,
  removed: Pick<Link, 'target' | 'interfaces'> | undefined,
): { readonly name: 'linkdef_deleted'; readonly data: LinkdefDeleted } {
  const found = removed && { target: removed.target, interfaces: removed.interfaces };
  return { name: 'linkdef_deleted', data: { ...slot, ...found } };
}

/** An event for `publish`: a link failed at a provider, or works again. */
export function linkStateChanged(data: LinkStateChanged): {
  readonly name: 'link_state_changed';
  readonly data: LinkStateChanged;
} {
  return { name: 'link_state_changed', data };
}

export const linkStateChangedCodec: EventCodec<LinkStateChanged> = {
  encode: (data) => ({
    host_id: data.hostId,
    provider_id: data.providerId,
    source_id: data.sourceId,
    target: data.target,
    name: data.name,
    wit_namespace: data.witNamespace,
    wit_package: data.witPackage,
    state: data.state,
    reason: data.reason,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'link_state_changed');
    return {
      hostId: reader.string('host_id'),
      providerId: reader.string('provider_id'),
      sourceId: reader.string('source_id'),
      target: reader.string('target'),
      name: reader.string('name'),
      witNamespace: reader.string('wit_namespace'),
      witPackage: reader.string('wit_package'),
      state: reader.string('state') === 'delivered' ? 'delivered' : 'failed',
      reason: reader.stringOr('reason', ''),
    };
  },
};

export const linkdefSetCodec: EventCodec<Link> = { encode: encodeLink, decode: decodeLink };

export const linkdefSetFailedCodec: EventCodec<LinkdefSetFailed> = {
  encode: ({ error, ...link }) => ({ ...encodeLink(link), error }),
  decode: (value) => ({
    ...decodeLink(value),
    error: new ObjectReader(value, 'linkdef_set_failed').stringOr('error', ''),
  }),
};

export const linkdefDeletedCodec: EventCodec<LinkdefDeleted> = {
  encode: (data) => ({
    source_id: data.sourceId,
    target: data.target,
    name: data.name,
    wit_namespace: data.witNamespace,
    wit_package: data.witPackage,
    interfaces: data.interfaces,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'linkdef_deleted');
    const target = reader.optionalString('target');
    const interfaces = reader.optionalStringArray('interfaces');
    return {
      sourceId: reader.string('source_id'),
      name: reader.string('name'),
      witNamespace: reader.string('wit_namespace'),
      witPackage: reader.string('wit_package'),
      ...(target === undefined ? {} : { target }),
      ...(interfaces === undefined ? {} : { interfaces }),
    };
  },
};
