export { decodeClaims, decodeStoredClaims, encodeClaims, encodeStoredClaims } from './claims.js';
export {
  decodeCanaryComponentCommand,
  decodeComponentAuctionAck,
  decodeComponentAuctionRequest,
  decodeComponentSpec,
  decodeScaleComponentCommand,
  decodeUpdateComponentCommand,
  encodeCanaryComponentCommand,
  encodeComponentAuctionAck,
  encodeComponentAuctionRequest,
  encodeComponentSpec,
  encodeScaleComponentCommand,
  encodeUpdateComponentCommand,
} from './component.js';
export { decodeConfig, encodeConfig } from './config.js';
export { decodeCtlResponse, encodeCtlResponse } from './ctl-response.js';
export {
  decodeDeleteLabelCommand,
  decodeHost,
  decodeHostInventory,
  decodePutLabelCommand,
  decodeStopHostCommand,
  encodeDeleteLabelCommand,
  encodeHost,
  encodeHostInventory,
  encodePutLabelCommand,
  encodeStopHostCommand,
} from './host.js';
export {
  DecodeError,
  decodeStringMap,
  type JsonObject,
  type JsonValue,
  jsonFromBytes,
  jsonToBytes,
  ObjectReader,
} from './json.js';
export {
  decodeDeleteLinkCommand,
  decodeLink,
  encodeDeleteLinkCommand,
  encodeLink,
} from './link.js';
export {
  decodeProviderAuctionAck,
  decodeProviderAuctionRequest,
  decodeStartProviderCommand,
  decodeStopProviderCommand,
  encodeProviderAuctionAck,
  encodeProviderAuctionRequest,
  encodeStartProviderCommand,
  encodeStopProviderCommand,
} from './provider.js';
export { decodeRegistryCredentials, encodeRegistryCredentials } from './registry.js';
