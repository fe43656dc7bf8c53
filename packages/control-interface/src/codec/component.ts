import type {
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
} from '../types/component.js';
import type { StringMap } from '../types/string-map.js';
import { type JsonObject, jsonFromBytes, jsonToBytes, ObjectReader } from './json.js';
import { encodeLink, readLink } from './link.js';

/** {@link ComponentAuctionRequest} → JSON. */
export function encodeComponentAuctionRequest(request: ComponentAuctionInput): JsonObject {
  return {
    component_ref: request.componentRef ?? '',
    component_id: request.componentId,
    constraints: request.constraints ?? {},
  };
}

/** JSON → {@link ComponentAuctionRequest}. */
export function decodeComponentAuctionRequest(value: unknown): ComponentAuctionRequest {
  const reader = new ObjectReader(value, 'component auction request');
  return {
    componentRef: reader.stringOr('component_ref', ''),
    componentId: reader.string('component_id'),
    constraints: reader.stringMap('constraints'),
  };
}

/** {@link ComponentAuctionAck} → JSON. */
export function encodeComponentAuctionAck(ack: ComponentAuctionAck): JsonObject {
  return {
    component_ref: ack.componentRef,
    component_id: ack.componentId,
    host_id: ack.hostId,
    constraints: ack.constraints,
  };
}

/** JSON → {@link ComponentAuctionAck}; what is left out is empty. */
export function decodeComponentAuctionAck(value: unknown): ComponentAuctionAck {
  const reader = new ObjectReader(value, 'component auction acknowledgement');
  return {
    componentRef: reader.stringOr('component_ref', ''),
    componentId: reader.stringOr('component_id', ''),
    hostId: reader.stringOr('host_id', ''),
    constraints: reader.stringMapOr('constraints', {}),
  };
}

/** {@link ScaleComponentCommand} → JSON. */
export function encodeScaleComponentCommand(command: ScaleComponentInput): JsonObject {
  return {
    component_ref: command.componentRef,
    component_id: command.componentId,
    annotations: command.annotations ?? {},
    count: command.maxInstances,
    component_limits: command.componentLimits && encodeComponentLimits(command.componentLimits),
    host_id: command.hostId ?? '',
    config: command.config ?? [],
    allow_update: command.allowUpdate ?? false,
  };
}

/**
 * JSON → {@link ScaleComponentCommand}.
 *
 * `count` is the wire's name. `max_instances`, which the documentation of 1.x shows, is read when `count` is
 * absent: a client that follows the documentation asked for instances and must not get a stop instead.
 */
export function decodeScaleComponentCommand(value: unknown): ScaleComponentCommand {
  const reader = new ObjectReader(value, 'component scale command');
  const limits = reader.optionalStringMap('component_limits');
  return {
    componentId: reader.string('component_id'),
    componentRef: reader.stringOr('component_ref', ''),
    maxInstances: reader.u32Or(reader.has('count') ? 'count' : 'max_instances', 0),
    annotations: reader.optionalStringMap('annotations') ?? {},
    ...(limits === undefined ? {} : { componentLimits: componentLimitsFromMap(limits) }),
    hostId: reader.stringOr('host_id', ''),
    config: reader.stringArrayOr('config', []),
    allowUpdate: reader.booleanOr('allow_update', false),
  };
}

/** {@link UpdateComponentCommand} → JSON. */
export function encodeUpdateComponentCommand(command: UpdateComponentInput): JsonObject {
  return {
    component_id: command.componentId,
    annotations: command.annotations,
    host_id: command.hostId ?? '',
    new_component_ref: command.newComponentRef,
  };
}

/** JSON → {@link UpdateComponentCommand}. */
export function decodeUpdateComponentCommand(value: unknown): UpdateComponentCommand {
  const reader = new ObjectReader(value, 'component update command');
  const annotations = reader.optionalStringMap('annotations');
  return {
    componentId: reader.stringOr('component_id', ''),
    newComponentRef: reader.stringOr('new_component_ref', ''),
    hostId: reader.stringOr('host_id', ''),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

const millionths = 1_000_000;

/** {@link CanaryComponentCommand} → JSON. */
export function encodeCanaryComponentCommand(command: CanaryComponentInput): JsonObject {
  return {
    component_id: command.componentId,
    component_ref: command.componentRef,
    share_ppm: Math.round(command.share * millionths),
    host_id: command.hostId ?? '',
  };
}

/** JSON → {@link CanaryComponentCommand}. */
export function decodeCanaryComponentCommand(value: unknown): CanaryComponentCommand {
  const reader = new ObjectReader(value, 'component canary command');
  return {
    componentId: reader.string('component_id'),
    componentRef: reader.stringOr('component_ref', ''),
    share: Math.min(1, reader.u32Or('share_ppm', 0) / millionths),
    hostId: reader.stringOr('host_id', ''),
  };
}

/** {@link ComponentDescription} → JSON: `limits` is always there, `null` when unset. */
export function encodeComponentDescription(component: ComponentDescription): JsonObject {
  return {
    id: component.id,
    image_ref: component.imageRef,
    name: component.name,
    annotations: component.annotations,
    revision: component.revision,
    max_instances: component.maxInstances,
    limits: component.limits === undefined ? null : encodeComponentLimits(component.limits),
    config: component.config,
  };
}

/** A {@link ComponentDescription} within an inventory. */
export function readComponentDescription(reader: ObjectReader): ComponentDescription {
  const name = reader.optionalString('name');
  const limits = reader.optionalStringMap('limits');
  const config = reader.optionalStringArray('config');
  return {
    id: reader.string('id'),
    imageRef: reader.string('image_ref'),
    ...(name === undefined ? {} : { name }),
    annotations: reader.optionalStringMap('annotations') ?? {},
    revision: reader.i32Or('revision', 0),
    maxInstances: reader.u32Or('max_instances', 0),
    ...(limits === undefined ? {} : { limits: componentLimitsFromMap(limits) }),
    ...(config === undefined ? {} : { config }),
  };
}

/** {@link ComponentSpec} → the value of the record `COMPONENT_{id}` (docs/spec/lattice-data.md#2.1). */
export function encodeComponentSpec(spec: ComponentSpec): Uint8Array {
  return jsonToBytes({ url: spec.url, links: spec.links.map(encodeLink) });
}

/** The value of the record `COMPONENT_{id}` → {@link ComponentSpec}; `id` names it in errors. */
export function decodeComponentSpec(bytes: Uint8Array, id?: string): ComponentSpec {
  const what = id === undefined ? 'component spec' : `component spec of ${id}`;
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  return {
    url: reader.string('url'),
    links: reader.has('links')
      ? reader.array('links', (item, path) => readLink(reader.item(item, path)))
      : [],
  };
}

function encodeComponentLimits(limits: ComponentLimits): JsonObject {
  return {
    max_memory_limit: limits.maxMemoryLimit?.toString(),
    max_execution_time: limits.maxExecutionTime?.toString(),
  };
}

function componentLimitsFromMap(map: StringMap): ComponentLimits {
  const maxMemoryLimit = parseLimit(map.max_memory_limit);
  const maxExecutionTime = parseLimit(map.max_execution_time);
  return {
    ...(maxMemoryLimit === undefined ? {} : { maxMemoryLimit }),
    ...(maxExecutionTime === undefined ? {} : { maxExecutionTime }),
  };
}

/** Unsigned decimal digits; anything else counts as not given. Beyond 2⁵³ − 1 nothing is limited any more. */
function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined || !/^\+?\d+$/.test(text)) return undefined;
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
