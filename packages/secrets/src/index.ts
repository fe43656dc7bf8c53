export { SecretsClient, type SecretsClientOptions } from './client/secrets-client.js';
export { SecretsClientError, type SecretsClientErrorCode } from './client/secrets-client-error.js';
export { SecretStoreClient, SecretStoreError } from './client/store-client.js';
export { type BackendChange, watchSecretChanges } from './client/watch-changes.js';
export { GetSecretError, type GetSecretErrorKind } from './protocol/get-secret-error.js';
export type { SecretRequest, VersionedSecret } from './protocol/messages.js';
export { Secret, type SecretContent } from './secret.js';
export {
  isSecretName,
  policyText,
  referenceFromConfig,
  referenceToConfig,
  type SecretReference,
  SecretReferenceError,
  secretConfigKey,
} from './secret-reference.js';
export type { Entity } from './server/authorise.js';
export type { SecretQuery, SecretsSource } from './server/secrets-source.js';
export { type ServedSecrets, type ServeSecretsOptions, serveSecrets } from './server/serve-secrets.js';
