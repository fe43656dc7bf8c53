export type {
  ComponentAuctionAck,
  ComponentAuctionInput,
  ComponentAuctionRequest,
} from './component-auction.js';
export type { ComponentDescription } from './component-description.js';
export type { ComponentLimits } from './component-limits.js';
export type { ComponentSpec } from './component-spec.js';
export type { CtlResponse } from './ctl-response.js';
export type { DeleteLinkCommand, DeleteLinkInput } from './delete-link-command.js';
export type { Host } from './host.js';
export type { HostInventory } from './host-inventory.js';
export type { InterfaceLinkDefinition } from './interface-link-definition.js';
export type { DeleteLabelCommand, PutLabelCommand } from './label-commands.js';
export { defaultLinkName, type Link, type LinkInput } from './link.js';
export type { ProviderAuctionAck, ProviderAuctionInput, ProviderAuctionRequest } from './provider-auction.js';
export type { ProviderDescription } from './provider-description.js';
export type { PutConfigCommand } from './put-config-command.js';
export type { RegistryCredential, RegistryCredentials } from './registry-credential.js';
export type { ScaleComponentCommand, ScaleComponentInput } from './scale-component-command.js';
export type { StartProviderCommand, StartProviderInput } from './start-provider-command.js';
export type { StopHostCommand, StopHostInput } from './stop-host-command.js';
export type { StopProviderCommand, StopProviderInput } from './stop-provider-command.js';
export type { StoredClaims, StoredComponentClaims, StoredProviderClaims } from './stored-claims.js';
export type { StringMap } from './string-map.js';
export type { UpdateComponentCommand, UpdateComponentInput } from './update-component-command.js';
export type { WithDefaults } from './with-defaults.js';
