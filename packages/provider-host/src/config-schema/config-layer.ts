import type { StringMap } from '@wasmlattice/control-interface/types';
import type { SecretMap, SecretValue } from '../protocol/secret-value.js';

/** Config and secrets of a provider or of one link. */
export interface ConfigLayer {
  readonly config: StringMap;
  readonly secrets: SecretMap;
}

/** Bytes as the UTF-8 that they are where a setting is a text; `undefined` without a secret. */
export function secretText(secret: SecretValue | undefined): string | undefined {
  if (secret === undefined) return undefined;
  return secret.kind === 'string' ? secret.value : new TextDecoder().decode(secret.value);
}
