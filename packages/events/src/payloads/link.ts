import { decodeLink, encodeLink, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { DeleteLinkCommand, Link } from '@wasmlattice/control-interface/types';
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
