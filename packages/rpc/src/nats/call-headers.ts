import { headers as createHeaders, type Msg, type MsgHdrs } from 'nats';
import type { CallHeaders } from '../invoke.js';
import type { RpcErrorCode } from '../rpc-error.js';

/** Bytes of one channel this side takes before it has to acknowledge any; announces the extensions of the README. */
export const windowHeader = 'wasmlattice-window';

/** On the results end marker: why there is no result. Upstream looks at the payload of that message only. */
const errorHeader = 'wasmlattice-error';
const errorCodeHeader = 'wasmlattice-error-code';

/** On an empty message to a function: its server answers with an empty message, and calls nothing. */
const probeHeader = 'wasmlattice-probe';

const maxErrorText = 512;

/** Codes a server may report; anything else a peer sends counts as `peer-failed`. */
const reportedCodes: ReadonlySet<string> = new Set<RpcErrorCode>([
  'bad-data',
  'denied',
  'limit-exceeded',
  'overloaded',
  'peer-failed',
  'terminated',
  'timeout',
]);

export interface ReportedError {
  readonly code: RpcErrorCode;
  readonly text: string;
}

/** Names are emitted as given: upstream matches them case-sensitively (docs/spec/wrpc.md#4). */
export function toHeaders(
  values: CallHeaders | undefined,
  windowBytes: number | undefined,
): MsgHdrs | undefined {
  let result: MsgHdrs | undefined;
  for (const name in values) {
    result ??= createHeaders();
    result.append(name, values[name] as string);
  }
  if (windowBytes !== undefined) {
    result ??= createHeaders();
    result.append(windowHeader, String(windowBytes));
  }
  return result;
}

export function probeHeaders(): MsgHdrs {
  const result = createHeaders();
  result.append(probeHeader, '1');
  return result;
}

export function isProbe(headers: MsgHdrs | undefined): boolean {
  return headers?.has(probeHeader) ?? false;
}

/** The status of a message that NATS itself sent, such as 503; 0 for any other, whatever it holds. */
export function statusOf(message: Msg): number {
  try {
    return message.headers?.code ?? 0;
  } catch {
    return 0;
  }
}

/** The last value of each header counts, as upstream's providers have it. */
export function fromHeaders(headers: MsgHdrs | undefined): CallHeaders {
  const values: Record<string, string> = Object.create(null);
  if (!headers) return values;
  for (const [name, all] of headers) {
    const last = all.at(-1);
    if (last !== undefined && name !== windowHeader) values[name] = last;
  }
  return values;
}

/** The peer's window; `undefined` for one without the extensions. */
export function windowOf(headers: MsgHdrs | undefined): number | undefined {
  const text = headers?.last(windowHeader);
  if (!text) return undefined;
  const bytes = Number(text);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** Bytes the headers take in the first message (docs/spec/wrpc.md#2.1). */
export function headerBytes(headers: MsgHdrs | undefined): number {
  if (!headers) return 0;
  let size = 12;
  for (const [name, all] of headers) {
    for (const value of all) size += Buffer.byteLength(name) + Buffer.byteLength(value) + 4;
  }
  return size;
}

/** What one header takes besides its name and value, as the client's map and as our record. */
const headerOverheadBytes = 256;

/** Memory that received headers take, in bytes: their text, and what small ones take besides it. */
export function heldByHeaders(headers: MsgHdrs | undefined): number {
  if (!headers) return 0;
  let size = 0;
  for (const [name, all] of headers) {
    size += headerOverheadBytes;
    for (const value of all) size += name.length + value.length + 32;
  }
  return size;
}

export function errorToHeaders({ code, text }: ReportedError): MsgHdrs {
  const result = createHeaders();
  result.append(errorCodeHeader, code);
  const line = oneLine(text);
  if (line) result.append(errorHeader, line);
  return result;
}

/** Inverse of {@link errorToHeaders}; `undefined` when the peer says nothing, as upstream does. */
export function errorFromHeaders(headers: MsgHdrs | undefined): ReportedError | undefined {
  const code = headers?.last(errorCodeHeader);
  if (!headers || !code) return undefined;
  return {
    code: reportedCodes.has(code) ? (code as RpcErrorCode) : 'peer-failed',
    text: oneLine(headers.last(errorHeader)),
  };
}

/** What a peer wrote goes into messages and logs: bounded, without control characters. */
function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length > maxErrorText ? `${line.slice(0, maxErrorText).toWellFormed()}…` : line;
}
