import { optionalText, parse, toBytes } from './messages.js';

/** What changed in a backend. */
export interface SecretChange {
  /** All of them without one. */
  readonly key?: string | undefined;
  readonly version?: string | undefined;
}

export function encodeChange({ key, version }: SecretChange): Uint8Array {
  return toBytes({ key, version });
}

/** Inverse of {@link encodeChange}. @throws SecretMessageError */
export function decodeChange(bytes: Uint8Array): SecretChange {
  if (bytes.length === 0) return {};
  const change = parse(bytes, 'the change');
  return { key: optionalText(change.key, 'key'), version: optionalText(change.version, 'version') };
}
