import { asBytes, asObject, asString, type JsonObject } from './fields.js';
import { ProviderProtocolError } from './protocol-error.js';

/** A secret as a workload sees it. On the wire `{"kind":"String","value":"…"}` or `{"kind":"Bytes","value":[1,2]}`. */
export type SecretValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

/** Secrets by the name under which the workload asks for them. */
export type SecretMap = Readonly<Record<string, SecretValue>>;

/** The wire form of a map of secrets (docs/spec/lattice-data.md#6). */
export function secretsToJson(secrets: SecretMap): JsonObject {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, secret]) => [
      name,
      secret.kind === 'string'
        ? { kind: 'String', value: secret.value }
        : { kind: 'Bytes', value: [...secret.value] },
    ]),
  );
}

/** Inverse of {@link secretsToJson}; throws {@link ProviderProtocolError} naming the secret, never its value. */
export function secretsFromJson(value: unknown, what: string): SecretMap {
  return Object.fromEntries(
    Object.entries(asObject(value, what)).map(([name, member]) => [
      name,
      secretFromJson(member, `${what}.${name}`),
    ]),
  );
}

/** The plaintext of a link's sealed secrets: the JSON map as UTF-8 (docs/spec/security.md#7.4). */
export function encodeSecrets(secrets: SecretMap): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(secretsToJson(secrets)));
}

/** Inverse of {@link encodeSecrets}. */
export function decodeSecrets(bytes: Uint8Array, what = 'secrets'): SecretMap {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's message may quote the text, which is secret: no cause is kept.
    throw new ProviderProtocolError(`${what} are not valid JSON`);
  }
  return secretsFromJson(value, what);
}

function secretFromJson(value: unknown, what: string): SecretValue {
  const { kind, value: content } = asObject(value, what);
  switch (kind) {
    case 'String':
      return { kind: 'string', value: asString(content, `${what}.value`) };
    case 'Bytes':
      return { kind: 'bytes', value: asBytes(content, `${what}.value`) };
    default:
      throw new ProviderProtocolError(`${what}.kind must be "String" or "Bytes"`);
  }
}
