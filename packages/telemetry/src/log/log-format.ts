import type { LogRecord } from './log-record.js';
import { toPlainValue } from './log-value.js';
import type { LogLevel } from './logger.js';

const ansiLevelColor: Readonly<Record<LogLevel, number>> = {
  error: 31,
  warn: 33,
  info: 32,
  debug: 34,
  trace: 35,
};
const ansiDim = 2;
const ansiItalic = 3;

/**
 * `2026-01-31T12:00:00.000Z  INFO host.http: listening address=127.0.0.1:8000`: the layout people know from upstream.
 *
 * Always one line and free of control characters, so that what a guest logs can neither pass for another record
 * nor drive the terminal.
 */
export function formatTextRecord(record: LogRecord, colors: boolean): string {
  const paint = (code: number, text: string): string => (colors ? `\u001b[${code}m${text}\u001b[0m` : text);
  const parts = [
    paint(ansiDim, timestamp(record.time)),
    paint(ansiLevelColor[record.level], record.level.toUpperCase().padStart(5)),
    paint(ansiDim, `${escapeControls(record.target)}:`),
    escapeControls(record.message),
  ];
  for (const [name, value] of Object.entries(record.fields)) {
    if (value === undefined) continue;
    parts.push(`${paint(ansiItalic, escapeControls(name))}${paint(ansiDim, '=')}${textValue(value)}`);
  }
  return parts.join(' ');
}

/** `{"timestamp":…,"level":"INFO","fields":{"message":…},"target":…}`: docs/spec/host-config.md#2. */
export function formatJsonRecord(record: LogRecord): string {
  const fields: Record<string, unknown> = { message: record.message };
  for (const [name, value] of Object.entries(record.fields)) {
    if (value !== undefined && name !== 'message') fields[name] = toPlainValue(value);
  }
  return JSON.stringify({
    timestamp: timestamp(record.time),
    level: record.level.toUpperCase(),
    fields,
    target: record.target,
  });
}

function timestamp(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

function textValue(value: unknown): string {
  const plain = toPlainValue(value);
  if (typeof plain === 'string') return bareWord.test(plain) ? plain : escapeControls(JSON.stringify(plain));
  return escapeControls(JSON.stringify(plain));
}

const bareWord = /^[\w.:/@+-]+$/;

// C0 and C1 controls, and the separators some viewers break lines at.
const controls = /[\p{Cc}\u2028\u2029]/gu;

function escapeControls(text: string): string {
  return text.replace(controls, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
