import type { RegistryCredential, RegistryCredentials } from '../types/registry.js';
import { DecodeError, type JsonObject, ObjectReader } from './json.js';

const defaultRegistryType = 'oci';

/** {@link RegistryCredentials} → JSON. */
export function encodeRegistryCredentials(credentials: RegistryCredentials): JsonObject {
  return Object.fromEntries(
    Object.entries(credentials).map(([registry, credential]): [string, JsonObject] => [
      registry,
      {
        username: credential.username,
        password: credential.password,
        token: credential.token,
        registryType: credential.registryType,
      },
    ]),
  );
}

/** JSON → {@link RegistryCredentials}. */
export function decodeRegistryCredentials(value: unknown): RegistryCredentials {
  const what = 'registry credentials';
  const reader = new ObjectReader(value, what);
  if (typeof value !== 'object' || value === null)
    throw new DecodeError(what, undefined, 'must be an object');
  return Object.fromEntries(
    Object.keys(value).map((registry): [string, RegistryCredential] => [
      registry,
      readRegistryCredential(reader.object(registry)),
    ]),
  );
}

function readRegistryCredential(reader: ObjectReader): RegistryCredential {
  const username = reader.optionalString('username');
  const password = reader.optionalString('password');
  const token = reader.optionalString('token');
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    registryType: reader.stringOr('registryType', defaultRegistryType),
  };
}
