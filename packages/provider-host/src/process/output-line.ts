import type { LogFields, LogLevel } from '@wasmlattice/telemetry';
import { parseLogLevel } from '@wasmlattice/telemetry';

/** A line a provider wrote, taken apart if it is a log record in one of the two forms providers use. */
export interface OutputLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/**
 * Reads `2026-01-31T12:00:00.000Z  INFO target: message` and `{"level":"INFO","fields":{"message":…},"target":…}`
 * (docs/spec/provider.md#8), so that the host's record has the provider's level and only one time. Any other
 * line is the message as it is, at level info.
 */
export function parseOutputLine(line: string): OutputLine {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with the escape character
  const plain = line.replace(/\u001b\[[0-9;]*m/g, '').trimEnd();
  return parseJsonRecord(plain) ?? parseTextRecord(plain) ?? { level: 'info', message: plain, fields: {} };
}

const textRecord = /^\d{4}-\d\d-\d\dT[\d:.]+Z?\s+(ERROR|WARN|INFO|DEBUG|TRACE)\s+(.*)$/s;

function parseTextRecord(line: string): OutputLine | undefined {
  const match = textRecord.exec(line);
  const level = parseLogLevel(match?.[1] ?? '');
  return level === undefined ? undefined : { level, message: match?.[2] ?? '', fields: {} };
}

function parseJsonRecord(line: string): OutputLine | undefined {
  if (!line.startsWith('{')) return undefined;
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { level: levelName, target, fields } = record as Readonly<Record<string, unknown>>;
  const level = typeof levelName === 'string' ? parseLogLevel(levelName) : undefined;
  if (level === undefined || typeof fields !== 'object' || fields === null) return undefined;
  const { message = '', ...rest } = fields as LogFields;
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return { level, message: typeof target === 'string' ? `${target}: ${text}` : text, fields: rest };
}
