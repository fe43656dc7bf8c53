import type { Attributes } from '../attributes.js';
import { boundedText } from '../bounded-text.js';
import { describeError } from '../describe-error.js';
import { isLevelEnabled } from '../log/log-level.js';
import type { LogLevel } from '../log/logger.js';
import type { SpanError, SpanRecord } from './span-record.js';
import {
  passThroughSpan,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
  type Tracer,
} from './tracer.js';

export interface RecordingTracerOptions {
  /** Gets each span when it ends. */
  readonly record: (span: SpanRecord) => void;
  /** Least severe level of spans that are recorded; `info` by default. */
  readonly level?: LogLevel;
  /** Whether anything is recorded at the moment; always by default. */
  readonly isEnabled?: () => boolean;
  /** Whether a call that belongs to no trace begins one; every call by default. */
  readonly startsTrace?: (kind: SpanKind) => boolean;
}

/**
 * A tracer that hands out finished spans as plain data and needs no SDK: for the thread that exports them, for threads that
 * leave it to another one, and for tests. Sampling is parent-based, as upstream's: a trace that its caller does not record is
 * passed on and not recorded, any other is.
 */
export function createRecordingTracer(options: RecordingTracerOptions): Tracer {
  const { record, level = 'info', isEnabled = () => true, startsTrace = () => true } = options;
  return {
    enabled: isEnabled,
    startSpan(name, spanOptions = {}) {
      const { parent, kind = 'internal' } = spanOptions;
      if (
        parent?.sampled === false ||
        !isLevelEnabled(level, spanOptions.level ?? 'info') ||
        !isEnabled() ||
        (parent === undefined && !startsTrace(kind))
      ) {
        return passThroughSpan(parent);
      }
      return new RecordingSpan(name, spanOptions, record);
    },
  };
}

class RecordingSpan implements Span {
  readonly context: SpanContext;
  readonly #name: string;
  readonly #options: SpanOptions;
  readonly #record: (span: SpanRecord) => void;
  readonly #startMs = wallClockMs();
  readonly #startedAt = performance.now();
  #attributes: Attributes;
  #error: SpanError | undefined;
  #ended = false;

  constructor(name: string, options: SpanOptions, record: (span: SpanRecord) => void) {
    const { parent } = options;
    this.#name = name;
    this.#options = options;
    this.#record = record;
    this.#attributes = options.attributes ?? noAttributes;
    this.context = {
      traceId: parent?.traceId ?? randomHex(16),
      spanId: randomHex(8),
      sampled: true,
      ...(parent?.traceState === undefined ? {} : { traceState: parent.traceState }),
    };
  }

  setAttributes(attributes: Attributes): void {
    if (!this.#ended) this.#attributes = { ...this.#attributes, ...attributes };
  }

  recordException(error: unknown): void {
    if (this.#ended) return;
    const isError = error instanceof Error;
    this.#error = {
      atMs: this.#nowMs(),
      // Whoever made the error may have put anything there.
      type: isError ? String(error.name) : typeof error,
      message: boundedText(describeError(error)),
      ...(isError && typeof error.stack === 'string' ? { stack: boundedText(error.stack) } : {}),
    };
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { parent, kind = 'internal' } = this.#options;
    this.#record({
      name: this.#name,
      kind,
      context: this.context,
      ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
      startMs: this.#startMs,
      endMs: this.#nowMs(),
      attributes: this.#attributes,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    });
  }

  #nowMs(): number {
    return this.#startMs + performance.now() - this.#startedAt;
  }
}

const noAttributes: Attributes = {};

/** Beyond it the system's clock was set, or the machine slept. */
const maxDriftMs = 50;

/** Start of the monotonic clock, in ms since the epoch. */
let clockOrigin: number = performance.timeOrigin;

/** The time of day with the resolution of the monotonic clock, so that spans of one thread keep their order. */
function wallClockMs(): number {
  const sinceOrigin = performance.now();
  const now = Date.now();
  if (Math.abs(now - clockOrigin - sinceOrigin) > maxDriftMs) clockOrigin = now - sinceOrigin;
  return clockOrigin + sinceOrigin;
}

/** Ids have to be unlikely to meet, not hard to guess. All zeros would be no id. */
function randomHex(bytes: 8 | 16): string {
  let text = '';
  for (let done = 0; done < bytes; done += 4) {
    const random = (Math.random() * 0x1_0000_0000) >>> 0;
    text += `${hexOf[random >>> 24]}${hexOf[(random >>> 16) & 0xff]}${hexOf[(random >>> 8) & 0xff]}${hexOf[random & 0xff]}`;
  }
  return allZeros.test(text) ? randomHex(bytes) : text;
}

const hexOf: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const allZeros = /^0+$/;
