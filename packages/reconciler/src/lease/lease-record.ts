import { jsonFromBytes, jsonToBytes, ObjectReader } from '@wasmlattice/control-interface';

/** What the bucket says of the lease. */
export interface LeaseRecord {
  /** Id of the host that acts; `undefined` once it has given the lease up. */
  readonly holder: string | undefined;
  /** Made anew by each contender: a host that was restarted is another one, whatever its id. */
  readonly session: string;
  /** How long others wait for the next renewal before they take the lease, in ms. */
  readonly ttlMs: number;
}

export function encodeLeaseRecord({ holder, session, ttlMs }: LeaseRecord): Uint8Array {
  return jsonToBytes({ ...(holder !== undefined && { holder }), session, ttl_ms: ttlMs });
}

/** The inverse of {@link encodeLeaseRecord}; throws a `DecodeError`. */
export function decodeLeaseRecord(bytes: Uint8Array): LeaseRecord {
  const reader = new ObjectReader(jsonFromBytes(bytes, 'lease'), 'lease');
  return {
    holder: reader.optionalString('holder'),
    session: reader.string('session'),
    ttlMs: reader.u32Or('ttl_ms', 0),
  };
}
