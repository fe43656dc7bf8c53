import { DecodeError, jsonFromBytes, jsonToBytes, ObjectReader } from '@wasmlattice/control-interface/codec';
import { createEventIds } from './event-id.js';
import { decodeEventData, encodeEventData, isEventName, type LatticeEvent } from './lattice-event.js';

const typePrefix = 'com.wasmcloud.lattice.';
const contentType = 'application/json';

/** The attributes of an event's envelope that a consumer may need (docs/spec/events.md#2). */
export interface EventAttributes {
  /** A UUID that sorts by time. */
  readonly id: string;
  /** Public key of the host that published it, `N…`. */
  readonly source: string;
  /** RFC 3339 in UTC. */
  readonly time: string;
}

/**
 * A CloudEvent that is none of ours: an unknown type, or data of another shape than the type has. Consumers that
 * are not looking for it pass it by.
 */
export interface UnknownEvent extends EventAttributes {
  readonly name: 'unknown';
  /** The CloudEvent's type, prefix included. */
  readonly type: string;
  readonly data: unknown;
  /** Why the data of a known type could not be read. */
  readonly problem?: DecodeError | undefined;
}

/** An event as it arrives: a union over `name`. */
export type ReceivedEvent = (LatticeEvent & EventAttributes) | UnknownEvent;

/** What an envelope needs beside the event; the functions are given by tests. */
export interface EnvelopeOptions {
  /** Public key of the host, bare: not a URI. */
  readonly source: string;
  /** RFC 3339 in UTC, with sub-second digits. */
  readonly now?: () => string;
  readonly nextId?: () => string;
}

/** Puts events into CloudEvents, each the bytes of one NATS message. Throws a `RangeError` for an empty source. */
export function createEnvelopeEncoder(options: EnvelopeOptions): (event: LatticeEvent) => Uint8Array {
  const { source, now = nowInNanoseconds, nextId = createEventIds() } = options;
  if (source === '')
    throw new RangeError('the source of an event is empty: it must be the public key of a host');
  return (event) => {
    const attributes = {
      specversion: '1.0',
      id: nextId(),
      type: `${typePrefix}${event.name}`,
      source,
      datacontenttype: contentType,
      time: now(),
    } as const;
    return jsonToBytes({ ...attributes, data: encodeEventData(event) });
  };
}

/** The inverse; throws a `DecodeError` for bytes that are not a CloudEvent in JSON. */
export function decodeEnvelope(bytes: Uint8Array): ReceivedEvent {
  const what = 'event';
  const json = jsonFromBytes(bytes, what);
  const reader = new ObjectReader(json, what);
  const type = reader.string('type');
  const attributes: EventAttributes = {
    id: reader.string('id'),
    source: reader.string('source'),
    time: reader.stringOr('time', ''),
  };
  const data = reader.value('data');
  const name = type.startsWith(typePrefix) ? type.slice(typePrefix.length) : '';
  if (!isEventName(name)) return { ...attributes, name: 'unknown', type, data };
  try {
    return { ...attributes, ...decodeEventData(name, data) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { ...attributes, name: 'unknown', type, data, problem: error };
  }
}

function nowInNanoseconds(): string {
  return Temporal.Now.instant().toString({ fractionalSecondDigits: 9 });
}
