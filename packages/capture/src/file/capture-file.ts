import type { CaptureHeader, RecordedInvocation } from './records.js';

/** A file as it is read. */
export interface Capture {
  readonly header: CaptureHeader;
  readonly invocations: readonly RecordedInvocation[];
}

/** Text that is no capture; the message has the line. */
export class CaptureFormatError extends Error {
  override readonly name = 'CaptureFormatError';
}

/** A line of the file: its header or an invocation, without its end. */
export function captureLine(record: CaptureHeader | RecordedInvocation): string {
  return JSON.stringify(record);
}

/**
 * Reads JSON Lines: a header, then invocations. Lines of kinds that are not known here are passed over, and so is a last line that
 * was not written to its end.
 *
 * @param name of the file, for errors
 * @throws CaptureFormatError
 */
export function parseCapture(text: string, name = 'capture'): Capture {
  const lines = text.split('\n');
  const isComplete = text.endsWith('\n');
  const records = lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [{ at: at + 1, record: JSON.parse(line) as { readonly kind?: unknown } }];
    } catch (cause) {
      if (at === lines.length - 1 && !isComplete && at > 0) return [];
      throw new CaptureFormatError(`${name}:${at + 1} is no JSON`, { cause });
    }
  });
  const [first, ...rest] = records;
  if (first === undefined) throw new CaptureFormatError(`${name} is empty`);
  const { record: header } = first;
  if (!isHeader(header)) {
    throw new CaptureFormatError(
      `${name}:1 is no header of a capture of version 1: write the file with \`wasmlattice capture\``,
    );
  }
  const invocations = rest.flatMap(({ at, record }) => {
    if (record.kind !== 'invocation') return [];
    if (!isInvocation(record)) throw new CaptureFormatError(`${name}:${at} is no whole invocation`);
    return [record];
  });
  return { header, invocations };
}

function isHeader(record: { readonly kind?: unknown }): record is CaptureHeader {
  return (
    record.kind === 'capture' &&
    (record as { version?: unknown }).version === 1 &&
    typeof (record as { component?: unknown }).component === 'string'
  );
}

function isInvocation(record: { readonly kind?: unknown }): record is RecordedInvocation {
  const { input, calls, outcome } = record as Partial<RecordedInvocation>;
  return isObject(input) && Array.isArray(calls) && isObject(outcome);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
