import type { StoredClaims } from '../types/claims.js';
import type { StringMap } from '../types/string-map.js';
import { DecodeError, type JsonObject, jsonFromBytes, jsonToBytes, ObjectReader } from './json.js';

/** {@link StoredClaims} → the value of the record `CLAIMS_{subject}` (docs/spec/lattice-data.md#3). */
export function encodeStoredClaims(claims: StoredClaims): Uint8Array {
  const common: JsonObject = {
    issuer: claims.issuer,
    name: claims.name,
    revision: claims.revision,
    subject: claims.subject,
    version: claims.version,
  };
  return jsonToBytes(
    claims.kind === 'component'
      ? { call_alias: claims.callAlias, ...common, tags: claims.tags }
      : { ...common, config_schema: claims.configSchema },
  );
}

/** The value of the record `CLAIMS_{subject}` → {@link StoredClaims}. Checks the subject against the key's. */
export function decodeStoredClaims(bytes: Uint8Array, subject: string): StoredClaims {
  const what = `stored claims of ${subject}`;
  const claims = readStoredClaims(new ObjectReader(jsonFromBytes(bytes, what), what));
  if (claims.subject !== subject) {
    throw new DecodeError(what, 'subject', `must be ${subject}, got ${claims.subject} (subject mismatch)`);
  }
  return claims;
}

/** Components' claims have `call_alias` and `tags`, providers' have not: that tells the two apart. */
function readStoredClaims(reader: ObjectReader): StoredClaims {
  const aliased = (name: string, alias: string): string => reader.string(reader.has(name) ? name : alias);
  const common = {
    issuer: aliased('issuer', 'iss'),
    name: reader.string('name'),
    revision: aliased('revision', 'rev'),
    subject: aliased('subject', 'sub'),
    version: reader.string('version'),
  };
  if (reader.has('call_alias') && reader.has('tags')) {
    return {
      kind: 'component',
      callAlias: reader.string('call_alias'),
      ...common,
      tags: reader.joinedStrings('tags'),
    };
  }
  const configSchema = reader.optionalString('config_schema');
  return { kind: 'provider', ...common, ...(configSchema === undefined ? {} : { configSchema }) };
}

/**
 * {@link StoredClaims} → an entry of the reply to `claims.get`: strings only
 * (docs/spec/control-interface.md#7).
 */
export function encodeClaims(claims: StoredClaims): StringMap {
  const common = {
    iss: claims.issuer,
    issuer: claims.issuer,
    name: claims.name,
    rev: claims.revision,
    revision: claims.revision,
    sub: claims.subject,
    subject: claims.subject,
    version: claims.version,
  };
  return claims.kind === 'component'
    ? { call_alias: claims.callAlias, ...common, tags: claims.tags.join(',') }
    : { ...common, config_schema: claims.configSchema ?? '' };
}

/** An entry of the reply to `claims.get` → {@link StoredClaims}; what is left out is empty. */
export function decodeClaims(value: unknown): StoredClaims {
  const reader = new ObjectReader(value, 'claims');
  const either = (name: string, alias: string, fallback: string): string =>
    reader.stringOr(reader.has(name) ? name : alias, fallback);
  const common = {
    issuer: either('issuer', 'iss', ''),
    name: reader.stringOr('name', ''),
    revision: either('revision', 'rev', '0'),
    subject: either('subject', 'sub', ''),
    version: reader.stringOr('version', ''),
  };
  if (reader.has('call_alias')) {
    const tags = reader.has('tags') ? reader.joinedStrings('tags') : [];
    return { kind: 'component', callAlias: reader.string('call_alias'), ...common, tags };
  }
  const configSchema = reader.stringOr('config_schema', '');
  return { kind: 'provider', ...common, ...(configSchema === '' ? {} : { configSchema }) };
}
