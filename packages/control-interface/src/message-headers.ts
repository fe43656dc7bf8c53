import { headers, type MsgHdrs } from 'nats';
import type { StringMap } from './types/string-map.js';

/** NATS headers as a record, names in lower case; the first value of each. */
export function headersToRecord(message: MsgHdrs | undefined): StringMap {
  if (message === undefined) return {};
  return Object.fromEntries(
    message.keys().map((key): [string, string] => [key.toLowerCase(), message.get(key)]),
  );
}

/** The inverse; `undefined` when there is none, as the client cannot encode an empty header block. */
export function recordToHeaders(record: StringMap): MsgHdrs | undefined {
  const entries = Object.entries(record);
  if (entries.length === 0) return undefined;
  const message = headers();
  for (const [key, value] of entries) message.set(key, value);
  return message;
}
