import { type JsonObject, ObjectReader } from '@wasmlattice/control-interface/codec';
import { defaultLinkName, type StringMap } from '@wasmlattice/control-interface/types';
import { type EventClaims, encodeClaimsTimes, readClaims } from './claims.js';
import type { EventCodec } from './event-codec.js';

/** `provider_started`: the process was spawned, or the builtin started. */
export interface ProviderStarted {
  /** From the request. */
  readonly hostId: string;
  readonly providerId: string;
  /** The *normalised* reference: no `file://`, `oci://`, `http(s)://` or `wasmcloud+builtin://`. */
  readonly imageRef: string;
  /** Exactly those of the command: wadm compares them. */
  readonly annotations: StringMap;
  /** Only with claims. */
  readonly claims?: EventClaims | undefined;
}

/** `provider_start_failed`: a start failed after it was acknowledged. */
export interface ProviderStartFailed {
  readonly providerId: string;
  /** The reference verbatim. */
  readonly providerRef: string;
  /** From the request. */
  readonly hostId: string;
  /** The whole cause chain, outermost first, joined by `: `; see `causeChain`. */
  readonly error: string;
}

/** `provider_stopped`: a stop request was carried out. Not sent for crashes, nor when the host stops. */
export interface ProviderStopped {
  readonly hostId: string;
  readonly providerId: string;
  readonly annotations: StringMap;
  /** `stop` if not given, the only reason there is. */
  readonly reason?: string | undefined;
  /** Why it did not end in order. A field of ours, absent where it did. */
  readonly failure?: string | undefined;
}

/**
 * `provider_state_changed`: what the host saw of a provider that runs, or should. An event of ours, which others drop; upstream tells
 * nothing of crashes.
 */
export interface ProviderStateChanged {
  readonly hostId: string;
  readonly providerId: string;
  /**
   * - `restarting`: its process ended, or could not be started again; it will be started after a wait
   * - `crash-loop`: the same, again and again
   * - `silent`: its process runs and gives no usable answer to health checks
   * - `running`: it serves again
   */
  readonly state: 'restarting' | 'crash-loop' | 'silent' | 'running';
  /** What happened; empty for one that runs. */
  readonly reason: string;
  /** How many times in a row it crashed. */
  readonly crashes: number;
  /** Until the next start, in ms; absent where none is planned. */
  readonly restartInMs?: number | undefined;
  /** The last lines it wrote to standard error, at most five of 300 characters. */
  readonly lastLines: readonly string[];
}

/** An event for `publish`: a provider was started. */
export function providerStarted(data: ProviderStarted): {
  readonly name: 'provider_started';
  readonly data: ProviderStarted;
} {
  return { name: 'provider_started', data };
}

/** An event for `publish`: a provider could not be started. */
export function providerStartFailed(data: ProviderStartFailed): {
  readonly name: 'provider_start_failed';
  readonly data: ProviderStartFailed;
} {
  return { name: 'provider_start_failed', data };
}

/** An event for `publish`: a provider was stopped on request. */
export function providerStopped(data: ProviderStopped): {
  readonly name: 'provider_stopped';
  readonly data: ProviderStopped;
} {
  return { name: 'provider_stopped', data };
}

/** An event for `publish`: a provider crashed, fell silent, or serves again. */
export function providerStateChanged(data: ProviderStateChanged): {
  readonly name: 'provider_state_changed';
  readonly data: ProviderStateChanged;
} {
  return { name: 'provider_state_changed', data };
}

/**
 * Members of the time before components; events with claims still carry them (docs/spec/events.md#6, trap 7).
 */
function legacyMembers(providerId: string): JsonObject {
  return { instance_id: providerId, public_key: providerId, link_name: defaultLinkName };
}

export const providerStartedCodec: EventCodec<ProviderStarted> = {
  encode: ({ claims, ...data }) => ({
    host_id: data.hostId,
    provider_id: data.providerId,
    image_ref: data.imageRef,
    annotations: data.annotations,
    ...(claims && { claims: encodeProviderClaims(claims), ...legacyMembers(data.providerId) }),
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'provider_started');
    const claims = reader.optionalObject('claims');
    return {
      hostId: reader.stringOr('host_id', ''),
      providerId: reader.string('provider_id'),
      imageRef: reader.stringOr('image_ref', ''),
      annotations: reader.optionalStringMap('annotations') ?? {},
      ...(claims && { claims: readClaims(claims) }),
    };
  },
};

export const providerStartFailedCodec: EventCodec<ProviderStartFailed> = {
  encode: (data) => ({
    provider_ref: data.providerRef,
    provider_id: data.providerId,
    host_id: data.hostId,
    link_name: defaultLinkName,
    error: data.error,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'provider_start_failed');
    return {
      providerId: reader.string('provider_id'),
      providerRef: reader.stringOr('provider_ref', ''),
      hostId: reader.stringOr('host_id', ''),
      error: reader.stringOr('error', ''),
    };
  },
};

export const providerStoppedCodec: EventCodec<ProviderStopped> = {
  encode: (data) => ({
    host_id: data.hostId,
    provider_id: data.providerId,
    annotations: data.annotations,
    ...legacyMembers(data.providerId),
    reason: data.reason ?? 'stop',
    ...(data.failure !== undefined && { failure: data.failure }),
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'provider_stopped');
    const failure = reader.optionalString('failure');
    return {
      hostId: reader.stringOr('host_id', ''),
      providerId: reader.string('provider_id'),
      annotations: reader.optionalStringMap('annotations') ?? {},
      reason: reader.stringOr('reason', ''),
      ...(failure !== undefined && { failure }),
    };
  },
};

const states: ReadonlySet<string> = new Set<ProviderStateChanged['state']>([
  'restarting',
  'crash-loop',
  'silent',
  'running',
]);

export const providerStateChangedCodec: EventCodec<ProviderStateChanged> = {
  encode: (data) => ({
    host_id: data.hostId,
    provider_id: data.providerId,
    state: data.state,
    reason: data.reason,
    crashes: data.crashes,
    ...(data.restartInMs !== undefined && { restart_in_ms: data.restartInMs }),
    last_lines: data.lastLines,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'provider_state_changed');
    const restartInMs = reader.optionalU64('restart_in_ms');
    const state = reader.string('state');
    return {
      hostId: reader.string('host_id'),
      providerId: reader.string('provider_id'),
      // Of a state that is not known this much is: it is none in which it runs.
      state: isState(state) ? state : 'restarting',
      reason: reader.stringOr('reason', ''),
      crashes: reader.u32Or('crashes', 0),
      ...(restartInMs !== undefined && { restartInMs }),
      lastLines: reader.stringArrayOr('last_lines', []),
    };
  },
};

function isState(state: string): state is ProviderStateChanged['state'] {
  return states.has(state);
}

/**
 * wadm rejects the whole event when `name` or `version` is null, so such claims are left out
 * (docs/spec/events.md#5).
 */
function encodeProviderClaims(claims: EventClaims): JsonObject | undefined {
  if (claims.name === undefined || claims.version === undefined) return undefined;
  return {
    issuer: claims.issuer,
    tags: null,
    name: claims.name,
    version: claims.version,
    ...encodeClaimsTimes(claims),
  };
}
