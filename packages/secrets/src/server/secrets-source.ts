import type { VersionedSecret } from '../protocol/messages.js';
import type { Entity } from './authorise.js';

/** What is asked of a source of secrets, on behalf of whom. */
export interface SecretQuery {
  readonly key: string;
  readonly version?: string | undefined;
  /** Whose tokens were found good. */
  readonly entity: Entity;
}

/** Where a backend has its secrets from. */
export interface SecretsSource {
  /** @throws GetSecretError that says why not */
  get(query: SecretQuery): Promise<VersionedSecret>;
}
