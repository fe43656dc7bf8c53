import { type JsonObject, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { StringMap } from '@wasmlattice/control-interface/types';
import { type EventClaims, encodeClaimsTimes, readClaims } from './claims.js';
import type { EventCodec } from './event-codec.js';

/** The embedded claims of a component, as `component_scaled` tells them. */
export interface ComponentEventClaims extends EventClaims {
  /** The component's own key, `M…`. */
  readonly subject: string;
  readonly callAlias?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly revision?: number | undefined;
}

/** `component_scaled`: started, rescaled, stopped, updated, or already as asked. */
export interface ComponentScaled {
  readonly componentId: string;
  /** The real id or the request's, which may be empty; consumers go by the event's source. */
  readonly hostId: string;
  /** The reference verbatim, scheme included. */
  readonly imageRef: string;
  /** 0 means stopped. */
  readonly maxInstances: number;
  /** Exactly those of the command: wadm compares them. */
  readonly annotations: StringMap;
  /** Only with embedded claims. */
  readonly claims?: ComponentEventClaims | undefined;
}

/** `component_scale_failed`: a scale request failed after it was acknowledged. */
export interface ComponentScaleFailed {
  readonly componentId: string;
  readonly hostId: string;
  readonly imageRef: string;
  /** As requested. */
  readonly maxInstances: number;
  readonly annotations: StringMap;
  /** The whole cause chain, outermost first, joined by `: `; see `causeChain`. */
  readonly error: string;
  /** The component's own key; only with valid claims. */
  readonly publicKey?: string | undefined;
}

/** An event for `publish`: a component was scaled. */
export function componentScaled(data: ComponentScaled): {
  readonly name: 'component_scaled';
  readonly data: ComponentScaled;
} {
  return { name: 'component_scaled', data };
}

/** An event for `publish`: a component could not be scaled. */
export function componentScaleFailed(data: ComponentScaleFailed): {
  readonly name: 'component_scale_failed';
  readonly data: ComponentScaleFailed;
} {
  return { name: 'component_scale_failed', data };
}

export const componentScaledCodec: EventCodec<ComponentScaled> = {
  encode: ({ claims, ...data }) => ({
    public_key: claims?.subject,
    claims: claims && encodeComponentClaims(claims),
    annotations: data.annotations,
    host_id: data.hostId,
    image_ref: data.imageRef,
    max_instances: data.maxInstances,
    component_id: data.componentId,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'component_scaled');
    const claims = reader.optionalObject('claims');
    return {
      componentId: reader.string('component_id'),
      hostId: reader.stringOr('host_id', ''),
      imageRef: reader.stringOr('image_ref', ''),
      maxInstances: reader.u32Or('max_instances', 0),
      annotations: reader.optionalStringMap('annotations') ?? {},
      ...(claims && { claims: readComponentClaims(claims, reader.optionalString('public_key') ?? '') }),
    };
  },
};

export const componentScaleFailedCodec: EventCodec<ComponentScaleFailed> = {
  encode: (data) => ({
    public_key: data.publicKey,
    component_id: data.componentId,
    annotations: data.annotations,
    host_id: data.hostId,
    image_ref: data.imageRef,
    max_instances: data.maxInstances,
    error: data.error,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'component_scale_failed');
    const publicKey = reader.optionalString('public_key');
    return {
      componentId: reader.string('component_id'),
      hostId: reader.stringOr('host_id', ''),
      imageRef: reader.stringOr('image_ref', ''),
      maxInstances: reader.u32Or('max_instances', 0),
      annotations: reader.optionalStringMap('annotations') ?? {},
      error: reader.stringOr('error', ''),
      ...(publicKey === undefined ? {} : { publicKey }),
    };
  },
};

/**
 * wadm rejects the whole event when `name` is null, so nameless claims are left out (docs/spec/events.md#5).
 */
function encodeComponentClaims(claims: ComponentEventClaims): JsonObject | undefined {
  if (claims.name === undefined) return undefined;
  return {
    call_alias: claims.callAlias ?? null,
    issuer: claims.issuer,
    tags: claims.tags ?? null,
    name: claims.name,
    version: claims.version ?? null,
    revision: claims.revision ?? null,
    ...encodeClaimsTimes(claims),
  };
}

function readComponentClaims(reader: ObjectReader, subject: string): ComponentEventClaims {
  return {
    subject,
    ...readClaims(reader),
    callAlias: reader.optionalString('call_alias'),
    tags: reader.optionalStringArray('tags'),
    revision: reader.optionalInteger('revision'),
  };
}
