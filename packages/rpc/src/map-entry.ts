import type { WitType } from './types.js';

type MapType = Extract<WitType, { readonly kind: 'map' }>;

const entries = new WeakMap<MapType, WitType>();

/** The type of a map's entries, where it is a list of them: on the wire and in the canonical ABI. The same object for the same map. */
export function entryOf(type: MapType): WitType {
  let entry = entries.get(type);
  if (entry === undefined) {
    entry = { kind: 'tuple', items: [type.key, type.value] };
    entries.set(type, entry);
  }
  return entry;
}
