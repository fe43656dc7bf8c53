import type { Attributes } from '../attributes.js';
import type { LogRecord } from '../log/log-record.js';
import { type PlainValue, toPlainValue } from '../log/log-value.js';
import type { SpanRecord } from '../trace/span-record.js';

/** Shorter values are not looked for: too much else would be taken for them. */
const fewestCharacters = 6;

/** Lines of a longer text that are looked for by themselves: what logs it may do so line by line. */
const fewestOfLine = 16;

/** The forms that are looked for at a time; the oldest go first. */
const mostForms = 20_000;

/** A cycle of causes would never end. */
const mostCauses = 16;

const replacement = '<redacted>';

/**
 * Takes known values out of what is written: guests and providers have their secrets in clear, and put them into messages. A value is
 * found as it is, within JSON, within a URL, and line by line; not in other encodings.
 */
export class Redactor {
  /** In order of their coming. */
  readonly #forms = new Set<string>();
  /** Longest first: one value may begin with another. */
  #ordered: readonly string[] | undefined = [];

  /** From now on these are taken out; for good, since what has them may write them late. */
  add(values: Iterable<string>): void {
    for (const value of values) {
      for (const form of formsOf(value)) {
        this.#forms.delete(form);
        this.#forms.add(form);
      }
    }
    for (const form of this.#forms) {
      if (this.#forms.size <= mostForms) break;
      this.#forms.delete(form);
    }
    this.#ordered = undefined;
  }

  text(text: string): string {
    if (this.#forms.size === 0) return text;
    this.#ordered ??= [...this.#forms].sort((a, b) => b.length - a.length);
    let left = text;
    for (const form of this.#ordered) {
      if (left.includes(form)) left = left.replaceAll(form, replacement);
    }
    return left;
  }

  log(record: LogRecord): LogRecord {
    if (this.#forms.size === 0) return record;
    const fields = Object.entries(record.fields).map(([name, value]) => [
      name,
      value === undefined ? undefined : this.#plain(toPlainValue(value)),
    ]);
    return { ...record, message: this.text(record.message), fields: Object.fromEntries(fields) };
  }

  span(span: SpanRecord): SpanRecord {
    if (this.#forms.size === 0) return span;
    const { attributes, error } = span;
    return {
      ...span,
      name: this.text(span.name),
      attributes: this.attributes(attributes),
      ...(error !== undefined && {
        error: {
          ...error,
          message: this.text(error.message),
          ...(error.stack !== undefined && { stack: this.text(error.stack) }),
        },
      }),
    };
  }

  attributes(attributes: Attributes): Attributes {
    if (this.#forms.size === 0) return attributes;
    return Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        typeof value === 'string' ? this.text(value) : value,
      ]),
    );
  }

  /** The error with its causes, as far as it is one. */
  error(error: unknown): unknown {
    return this.#forms.size === 0 ? error : this.#error(error, mostCauses);
  }

  #error(error: unknown, causes: number): unknown {
    if (!(error instanceof Error)) return typeof error === 'string' ? this.text(error) : error;
    const { cause, message, name, stack } = error;
    const hasCause = cause !== undefined && causes > 0;
    const redacted = new Error(this.text(message), hasCause ? { cause: this.#error(cause, causes - 1) } : {});
    redacted.name = name;
    if (stack === undefined) delete redacted.stack;
    else redacted.stack = this.text(stack);
    return redacted;
  }

  #plain(value: PlainValue): PlainValue {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item: PlainValue) => this.#plain(item));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.text(key), this.#plain(item)]),
    );
  }
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/);
  const parts = lines.length === 1 ? [] : lines.filter((line) => line.length >= fewestOfLine);
  return [value, ...parts]
    .flatMap((part) => [part, JSON.stringify(part).slice(1, -1), encodeUrl(part)])
    .filter((form) => form.length >= fewestCharacters);
}

/** A lone surrogate has no such form. */
function encodeUrl(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
