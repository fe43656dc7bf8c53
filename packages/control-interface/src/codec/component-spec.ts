import type { ComponentSpec } from '../types/component.js';
import { jsonFromBytes, jsonToBytes, ObjectReader } from './json.js';
import { encodeLink, readLink } from './link.js';

/** {@link ComponentSpec} → the value of the record `COMPONENT_{id}` (docs/spec/lattice-data.md#2.1). */
export function encodeComponentSpec(spec: ComponentSpec): Uint8Array {
  return jsonToBytes({ url: spec.url, links: spec.links.map(encodeLink) });
}

/** The value of the record `COMPONENT_{id}` → {@link ComponentSpec}; `id` names it in errors. */
export function decodeComponentSpec(bytes: Uint8Array, id?: string): ComponentSpec {
  const what = id === undefined ? 'component spec' : `component spec of ${id}`;
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  return {
    url: reader.string('url'),
    links: reader.has('links')
      ? reader.array('links', (item, path) => readLink(reader.item(item, path)))
      : [],
  };
}
