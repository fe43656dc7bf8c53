export type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
export {
  decodeHostData,
  encodeHostData,
  type HostData,
  hostDataFromJson,
  hostDataToJson,
} from './host-data.js';
export {
  decodeLink,
  encodeLinkDelete,
  encodeLinkPut,
  type LinkIdentity,
  linkFromJson,
  linkToJson,
} from './link-definition.js';
export {
  decodeConfigUpdate,
  decodeHealthReply,
  decodeShutdownRequest,
  encodeConfigUpdate,
  encodeHealthReply,
  encodeShutdownRequest,
  type HealthReply,
  shutdownReply,
} from './messages.js';
export { defaultOtelConfig, type OtelConfig, type OtelProtocol } from './otel-config.js';
export { ProviderProtocolError } from './protocol-error.js';
export {
  decodeSecrets,
  encodeSecrets,
  type SecretMap,
  type SecretValue,
  secretsFromJson,
  secretsToJson,
} from './secret-value.js';
export {
  providerConfigUpdateSubject,
  providerHealthSubject,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
  providerShutdownSubject,
} from './subjects.js';
