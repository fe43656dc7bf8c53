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
  decodeLinkDelete,
  encodeLinkDelete,
  encodeLinkPut,
  type LinkIdentity,
  linkFromJson,
  linkKey,
  linkToJson,
} from './link-definition.js';
export {
  decodeConfigUpdate,
  decodeHealthReply,
  decodeProviderReply,
  decodeShutdownRequest,
  encodeConfigUpdate,
  encodeHealthReply,
  encodeProviderReply,
  encodeShutdownRequest,
  type HealthReply,
  type ProviderReply,
  shutdownReply,
} from './messages.js';
export { defaultOtelConfig, type OtelConfig, type OtelProtocol } from './otel-config.js';
export { ProviderProtocolError } from './protocol-error.js';
export { offerSeat, type ProviderSeat, takeSeat } from './seat.js';
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
  providerSecretsUpdateSubject,
  providerShutdownSubject,
} from './subjects.js';
