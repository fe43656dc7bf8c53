import type { WitFunction, WitResource, WitType } from '@wasmlattice/rpc';
import type { ComponentTypes } from '../engines/engine.js';
import { childTypes } from '../formats/component/types/walk.js';
import { parseInterfaceId } from '../interface-id.js';

/** What a handle of a resource becomes on the wire. */
export type HandleForm =
  /** `wasi:io` `input-stream`: a `stream<u8>`. */
  | { readonly kind: 'input-stream' }
  /** `wasi:io` `pollable`: a future without value. */
  | { readonly kind: 'pollable' }
  /** Of an interface that the lattice serves: the bytes its maker chose. */
  | { readonly kind: 'remote' }
  /** Made by the component itself: bytes that name the instance. */
  | { readonly kind: 'guest' }
  /** None; `reason` says why. */
  | { readonly kind: 'none'; readonly reason: string };

export type HandleForms = (resource: WitResource) => HandleForm;

/** @param isHosted whether the host itself serves an interface (without version) */
export function handleForms(types: ComponentTypes, isHosted: (name: string) => boolean): HandleForms {
  const imported = resourcesOf(types.imports.flatMap(({ functions }) => functions));
  // One interface may be imported and exported: then only identity tells the resources apart.
  const isGuests = (resource: WitResource): boolean =>
    !imported.has(resource) &&
    types.exports.some(({ id, resources }) => id === resource.instance && resources.includes(resource.name));
  const implemented = new Map(types.imports.map(({ id, implements: other }) => [id, other]));
  return (resource) => {
    if (isGuests(resource)) return { kind: 'guest' };
    if (resource.instance === '') {
      return {
        kind: 'none',
        reason: `${resource.name} is a resource outside of any interface, which nobody makes`,
      };
    }
    const { name } = parseInterfaceId(implemented.get(resource.instance) ?? resource.instance);
    const full = `${name}.${resource.name}`;
    switch (full) {
      case 'wasi:io/streams.input-stream':
        return { kind: 'input-stream' };
      case 'wasi:io/poll.pollable':
        return { kind: 'pollable' };
      case 'wasi:io/streams.output-stream':
        return {
          kind: 'none',
          reason: `${full} flows from who receives it to who gave it, and a wRPC stream only the other way; take or return an input-stream instead`,
        };
      default:
        return isHosted(name)
          ? {
              kind: 'none',
              reason: `${full} is a resource of the host and means nothing in another instance; pass its content instead`,
            }
          : { kind: 'remote' };
    }
  };
}

function resourcesOf(functions: readonly WitFunction[]): ReadonlySet<WitResource> {
  const found = new Set<WitResource>();
  const seen = new Set<WitType>();
  const visit = (type: WitType): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.kind === 'own' || type.kind === 'borrow') found.add(type.resource);
    for (const child of childTypes(type)) visit(child);
  };
  for (const { params, result } of functions) {
    for (const { type } of params) visit(type);
    if (result !== undefined) visit(result);
  }
  return found;
}
