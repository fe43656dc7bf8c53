import { type JsonObject, ObjectReader } from '@wasmlattice/control-interface/codec';

/** A new version of an application that takes a part of the calls beside the deployed one, or how it ended. */
export interface Canary extends CanaryTerms {
  /** The new version. */
  readonly version: string;
  readonly state: 'running' | 'promoted' | 'rolled-back';
  /** For how long it was watched with calls for both versions, in ms, whoever watched. */
  readonly watchedMs: number;
  /** Why it ended; empty while it runs. */
  readonly reason: string;
}

/** How a canary is run, and what decides over it. */
export interface CanaryTerms {
  /** Of the calls, above 0 and at most 1. */
  readonly share: number;
  /** How long it is watched before it takes over, in ms. */
  readonly forMs: number;
  /** By how much its rate of errors may be above that of the deployed version, from 0 to 1. */
  readonly maxErrorRate: number;
}

const millionths = 1_000_000;

export function encodeCanary({ reason, state, version, watchedMs, ...terms }: Canary): JsonObject {
  return { version, ...encodeCanaryTerms(terms), state, watched_ms: Math.round(watchedMs), reason };
}

export function encodeCanaryTerms({ forMs, maxErrorRate, share }: CanaryTerms): JsonObject {
  return {
    share_ppm: Math.round(share * millionths),
    for_ms: Math.round(forMs),
    max_error_rate_ppm: Math.round(maxErrorRate * millionths),
  };
}

/**
 * The inverse.
 *
 * @throws DecodeError
 */
export function decodeCanary(json: unknown): Canary {
  const reader = new ObjectReader(json, 'canary of an application');
  const state = reader.string('state');
  return {
    version: reader.string('version'),
    ...readCanaryTerms(reader),
    state: state === 'promoted' || state === 'rolled-back' ? state : 'running',
    watchedMs: reader.u64Or('watched_ms', 0),
    reason: reader.stringOr('reason', ''),
  };
}

export function readCanaryTerms(reader: ObjectReader): CanaryTerms {
  return {
    share: reader.u32Or('share_ppm', 0) / millionths,
    forMs: reader.u64Or('for_ms', defaultCanaryTerms.forMs),
    maxErrorRate:
      reader.u32Or('max_error_rate_ppm', defaultCanaryTerms.maxErrorRate * millionths) / millionths,
  };
}

/** Long enough for some hundred calls of a service that is used; an error in a hundred is seen within these. */
export const defaultCanaryTerms: Omit<CanaryTerms, 'share'> = { forMs: 300_000, maxErrorRate: 0.01 };
