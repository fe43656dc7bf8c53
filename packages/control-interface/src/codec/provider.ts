import type {
  ProviderAuctionAck,
  ProviderAuctionInput,
  ProviderAuctionRequest,
  ProviderCrashes,
  ProviderDescription,
  StartProviderCommand,
  StartProviderInput,
  StopProviderCommand,
  StopProviderInput,
} from '../types/provider.js';
import { type JsonObject, ObjectReader } from './json.js';

/** {@link ProviderAuctionRequest} → JSON. */
export function encodeProviderAuctionRequest(request: ProviderAuctionInput): JsonObject {
  return {
    provider_ref: request.providerRef ?? '',
    provider_id: request.providerId,
    constraints: request.constraints ?? {},
  };
}

/** JSON → {@link ProviderAuctionRequest}. */
export function decodeProviderAuctionRequest(value: unknown): ProviderAuctionRequest {
  const reader = new ObjectReader(value, 'provider auction request');
  return {
    providerRef: reader.stringOr('provider_ref', ''),
    providerId: reader.string('provider_id'),
    constraints: reader.stringMap('constraints'),
  };
}

/** {@link ProviderAuctionAck} → JSON. */
export function encodeProviderAuctionAck(ack: ProviderAuctionAck): JsonObject {
  return {
    host_id: ack.hostId,
    provider_ref: ack.providerRef,
    provider_id: ack.providerId,
    constraints: ack.constraints,
  };
}

/** JSON → {@link ProviderAuctionAck}; what is left out is empty. */
export function decodeProviderAuctionAck(value: unknown): ProviderAuctionAck {
  const reader = new ObjectReader(value, 'provider auction acknowledgement');
  return {
    providerRef: reader.stringOr('provider_ref', ''),
    providerId: reader.stringOr('provider_id', ''),
    hostId: reader.stringOr('host_id', ''),
    constraints: reader.stringMapOr('constraints', {}),
  };
}

/** {@link StartProviderCommand} → JSON. */
export function encodeStartProviderCommand(command: StartProviderInput): JsonObject {
  return {
    provider_id: command.providerId,
    provider_ref: command.providerRef,
    host_id: command.hostId ?? '',
    config: command.config ?? [],
    annotations: command.annotations ?? {},
    ...(command.allowUpdate === true && { allow_update: true }),
  };
}

/** JSON → {@link StartProviderCommand}. */
export function decodeStartProviderCommand(value: unknown): StartProviderCommand {
  const reader = new ObjectReader(value, 'provider start command');
  return {
    providerId: reader.string('provider_id'),
    providerRef: reader.stringOr('provider_ref', ''),
    hostId: reader.stringOr('host_id', ''),
    config: reader.stringArrayOr('config', []),
    annotations: reader.optionalStringMap('annotations') ?? {},
    allowUpdate: reader.booleanOr('allow_update', false),
  };
}

/** {@link StopProviderCommand} → JSON. */
export function encodeStopProviderCommand(command: StopProviderInput): JsonObject {
  return { host_id: command.hostId ?? '', provider_id: command.providerId };
}

/** JSON → {@link StopProviderCommand}; `provider_ref` is the old name of `provider_id`. */
export function decodeStopProviderCommand(value: unknown): StopProviderCommand {
  const reader = new ObjectReader(value, 'provider stop command');
  return {
    providerId: reader.stringOr(reader.has('provider_id') ? 'provider_id' : 'provider_ref', ''),
    hostId: reader.stringOr('host_id', ''),
  };
}

/** {@link ProviderDescription} → JSON. */
export function encodeProviderDescription(provider: ProviderDescription): JsonObject {
  return {
    id: provider.id,
    image_ref: provider.imageRef,
    name: provider.name,
    revision: provider.revision,
    annotations: provider.annotations,
    config: provider.config,
    failure: provider.failure,
    crashes: provider.crashes && encodeCrashes(provider.crashes),
  };
}

/** A {@link ProviderDescription} within an inventory. */
export function readProviderDescription(reader: ObjectReader): ProviderDescription {
  const name = reader.optionalString('name');
  const config = reader.optionalStringArray('config');
  const failure = reader.optionalString('failure');
  const crashes = reader.optionalObject('crashes');
  return {
    id: reader.string('id'),
    imageRef: reader.optionalString('image_ref') ?? '',
    ...(name === undefined ? {} : { name }),
    revision: reader.i32Or('revision', 0),
    annotations: reader.optionalStringMap('annotations') ?? {},
    ...(config === undefined ? {} : { config }),
    ...(failure === undefined ? {} : { failure }),
    ...(crashes === undefined ? {} : { crashes: readCrashes(crashes) }),
  };
}

function encodeCrashes({ count, isLoop, lastLines, reason }: ProviderCrashes): JsonObject {
  return { count, loop: isLoop, reason, last_lines: lastLines };
}

function readCrashes(reader: ObjectReader): ProviderCrashes {
  return {
    count: reader.i32Or('count', 1),
    isLoop: reader.booleanOr('loop', false),
    reason: reader.stringOr('reason', ''),
    lastLines: reader.stringArrayOr('last_lines', []),
  };
}
