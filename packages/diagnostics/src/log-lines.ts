import {
  DecodeError,
  type JsonObject,
  jsonFromBytes,
  jsonToBytes,
  ObjectReader,
} from '@wasmlattice/control-interface';
import {
  type Attributes,
  type ExportedLog,
  isLevelEnabled,
  type LogLevel,
  logLevels,
} from '@wasmlattice/telemetry';
import { diagnosticsVersion } from './figures-codec.js';

/** What a host logged lately. */
export interface LogLines {
  readonly hostId: string;
  readonly lines: readonly ExportedLog[];
  /** Lines that are missing here since the last message of this host: it logged more than it tells. */
  readonly dropped: number;
}

/** Whose log somebody follows, and for how long. */
export interface LogWish {
  /** Names who follows, as long as it does: a further wish takes the place of the one before. */
  readonly follower: string;
  /** Id of a component or provider; absent: all of them, and the hosts themselves. */
  readonly workload?: string | undefined;
  /** Least severe level; what the host itself does not log is not to be had. */
  readonly level: LogLevel;
  /** 0 ends it at once. */
  readonly forMs: number;
}

/** What a host answers who wants to follow. */
export interface LogConsent {
  readonly hostId: string;
  /** Why it does not tell; absent: it does. */
  readonly refusal?: string | undefined;
}

/** Who does not come back within as long is gone, in ms. */
export const longestFollowMs = 30_000;

const longestName = 256;

export function encodeLogWish({ follower, workload, level, forMs }: LogWish): Uint8Array {
  return jsonToBytes({ version: diagnosticsVersion, follower, workload, level, for_ms: forMs });
}

/** @throws DecodeError */
export function decodeLogWish(bytes: Uint8Array): LogWish {
  const what = 'wish to follow logs';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  const wish = {
    follower: reader.string('follower'),
    workload: reader.optionalString('workload'),
    level: readLevel(reader.stringOr('level', 'trace')) ?? 'trace',
    forMs: Math.min(longestFollowMs, reader.u64('for_ms')),
  };
  if (wish.follower.length > longestName) throw new DecodeError(what, 'follower', 'is too long');
  return wish;
}

export function encodeLogConsent({ hostId, refusal }: LogConsent): Uint8Array {
  return jsonToBytes({ version: diagnosticsVersion, host_id: hostId, refusal });
}

/** @throws DecodeError */
export function decodeLogConsent(bytes: Uint8Array): LogConsent {
  const what = 'answer of a host about logs';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  return { hostId: reader.string('host_id'), refusal: reader.optionalString('refusal') };
}

export function encodeLogLines({ hostId, lines, dropped }: LogLines): Uint8Array {
  return jsonToBytes({
    version: diagnosticsVersion,
    host_id: hostId,
    dropped,
    lines: lines.map(encodeLogLine),
  });
}

/** @throws DecodeError */
export function decodeLogLines(bytes: Uint8Array): LogLines {
  const what = 'log lines of a host';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  return {
    hostId: reader.string('host_id'),
    dropped: reader.u64Or('dropped', 0),
    lines: reader.array('lines', (item, path) => readLogLine(reader.item(item, path))),
  };
}

export function encodeLogLine({
  time,
  level,
  target,
  message,
  attributes,
  traceId,
  spanId,
}: ExportedLog): JsonObject {
  return {
    time,
    level,
    target,
    message,
    fields: plainAttributes(attributes),
    trace_id: traceId,
    span_id: spanId,
  };
}

export function readLogLine(reader: ObjectReader): ExportedLog {
  const [traceId, spanId] = [reader.optionalString('trace_id'), reader.optionalString('span_id')];
  return {
    time: reader.u64Or('time', 0),
    level: readLevel(reader.stringOr('level', 'info')) ?? 'info',
    target: reader.stringOr('target', ''),
    message: reader.string('message'),
    attributes: attributesOf(reader.value('fields')),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
  };
}

/** Component or provider that a line is about, by the fields of the host's loggers. */
export function workloadOf({ attributes }: Pick<ExportedLog, 'attributes'>): string | undefined {
  const id = attributes.component ?? attributes.provider;
  return typeof id === 'string' ? id : undefined;
}

export function isWished(wish: Pick<LogWish, 'workload' | 'level'>, line: ExportedLog): boolean {
  return (
    isLevelEnabled(wish.level, line.level) &&
    (wish.workload === undefined || workloadOf(line) === wish.workload)
  );
}

/** A line as it may be told, of what may be anything: a process that a guest has taken over may have sent it. */
export function checkedLine(log: unknown): ExportedLog | undefined {
  try {
    const reader = new ObjectReader(log, 'log record');
    const { time, target, message } = {
      time: reader.value('time'),
      target: reader.string('target'),
      message: reader.string('message'),
    };
    const level = readLevel(reader.string('level'));
    if (level === undefined || typeof time !== 'number' || !Number.isFinite(time)) return undefined;
    const [traceId, spanId] = [reader.optionalString('traceId'), reader.optionalString('spanId')];
    return {
      time: Math.max(0, Math.round(time)),
      level,
      target,
      message,
      attributes: attributesOf(reader.value('attributes')),
      ...(traceId !== undefined && { traceId }),
      ...(spanId !== undefined && { spanId }),
    };
  } catch {
    return undefined;
  }
}

export function attributesOf(value: unknown): Attributes {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => ['string', 'number', 'boolean'].includes(typeof each)),
  );
}

export function plainAttributes(attributes: Attributes): JsonObject {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined),
  ) as JsonObject;
}

function readLevel(text: string): LogLevel | undefined {
  return logLevels.find((level) => level === text);
}
