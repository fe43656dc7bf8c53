import type { StringMap } from '../types/string-map.js';
import { decodeStringMap, jsonFromBytes, jsonToBytes } from './json.js';

/**
 * A config → the bytes of a `config.put` request, which are also those of the record
 * (docs/spec/lattice-data.md#7).
 */
export function encodeConfig(config: StringMap): Uint8Array {
  return jsonToBytes(config);
}

/** The bytes of a config, from a request or a record; `name` names it in errors. */
export function decodeConfig(bytes: Uint8Array, name: string): StringMap {
  const what = `config ${name}`;
  return decodeStringMap(jsonFromBytes(bytes, what), what);
}
