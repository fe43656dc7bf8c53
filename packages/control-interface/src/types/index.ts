export { canaryAnnotations, contentAnnotation, describeShare } from './annotations.js';
export type { StoredClaims, StoredComponentClaims, StoredProviderClaims } from './claims.js';
export type {
  CanaryComponentCommand,
  CanaryComponentInput,
  ComponentAuctionAck,
  ComponentAuctionInput,
  ComponentAuctionRequest,
  ComponentDescription,
  ComponentLimits,
  ComponentSpec,
  ScaleComponentCommand,
  ScaleComponentInput,
  UpdateComponentCommand,
  UpdateComponentInput,
} from './component.js';
export type { PutConfigCommand } from './config.js';
export type { CtlResponse } from './ctl-response.js';
export type {
  DeleteLabelCommand,
  Host,
  HostInventory,
  PutLabelCommand,
  StopHostCommand,
  StopHostInput,
} from './host.js';
export {
  type DeleteLinkCommand,
  type DeleteLinkInput,
  defaultLinkName,
  type InterfaceLinkDefinition,
  type Link,
  type LinkInput,
  type LinkKey,
  type UndeliveredLink,
} from './link.js';
export type {
  ProviderAuctionAck,
  ProviderAuctionInput,
  ProviderAuctionRequest,
  ProviderCrashes,
  ProviderDescription,
  StartProviderCommand,
  StartProviderInput,
  StopProviderCommand,
  StopProviderInput,
} from './provider.js';
export type { RegistryCredential, RegistryCredentials } from './registry.js';
export type { StringMap } from './string-map.js';
export type { WithDefaults } from './with-defaults.js';
