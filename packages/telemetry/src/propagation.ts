import type { SpanContext } from './trace/tracer.js';

// W3C Trace Context, level 1 and 2: https://www.w3.org/TR/trace-context-2/

const versionLength = 2;
const sampledFlag = 0x01;
const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/s;
const allZeros = /^0+$/;

const maxStateMembers = 32;
/** What the longest members come to, with blanks: strangers may send any. */
const maxStateLength = 32 * 1_024;
const stateKey = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const stateValue = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * `headers` with the trace context added as `traceparent` and `tracestate`. Without a context the headers come back
 * as they are: no header is better than an invalid one (docs/spec/host-config.md#5.1).
 */
export function injectTraceContext(
  context: SpanContext | undefined,
  headers: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  if (context === undefined) return headers;
  const flags = context.sampled ? '01' : '00';
  return {
    ...headers,
    traceparent: `00-${context.traceId}-${context.spanId}-${flags}`,
    ...(context.traceState === undefined ? {} : { tracestate: context.traceState }),
  };
}

/**
 * The trace context in `headers`, whose names may be in any case. `undefined` when `traceparent` is missing or
 * malformed; a malformed `tracestate` is dropped alone, as the standard asks.
 */
export function extractTraceContext(
  headers: Readonly<Record<string, string | undefined>>,
): SpanContext | undefined {
  const parent = parseTraceparent(findHeader(headers, 'traceparent'));
  if (parent === undefined) return undefined;
  const traceState = parseTracestate(findHeader(headers, 'tracestate'));
  return traceState === undefined ? parent : { ...parent, traceState };
}

function parseTraceparent(value: string | undefined): SpanContext | undefined {
  const match = traceparent.exec(value ?? '');
  if (match === null) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', rest] = match;
  // Later versions may append fields; version 00 may not, and ff is forbidden.
  if (version === 'f'.repeat(versionLength) || (version === '00' && rest !== undefined)) return undefined;
  if (allZeros.test(traceId) || allZeros.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 };
}

function parseTracestate(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value.length > maxStateLength) return undefined;
  const members = value
    .split(',')
    .map(withoutBlanks)
    .filter((member) => member !== '');
  if (members.length === 0 || members.length > maxStateMembers) return undefined;
  const keys = new Set<string>();
  for (const member of members) {
    const separator = member.indexOf('=');
    const key = member.slice(0, Math.max(separator, 0));
    if (!stateKey.test(key) || !stateValue.test(member.slice(separator + 1)) || keys.has(key))
      return undefined;
    keys.add(key);
  }
  return members.join(',');
}

/** Without blanks and tabs at both ends. */
function withoutBlanks(text: string): string {
  let begin = 0;
  let end = text.length;
  while (begin < end && isBlank(text.charCodeAt(begin))) begin += 1;
  while (begin < end && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(begin, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function findHeader(headers: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const exact = headers[name];
  if (exact !== undefined) return exact;
  for (const key in headers) {
    // The length tells most names apart without lower-casing them.
    if (key.length === name.length && key.toLowerCase() === name) return headers[key];
  }
  return undefined;
}
