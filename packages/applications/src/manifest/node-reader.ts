import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { BareScalar } from './document-values.js';
import type { MemberPart } from './offset-in-document.js';

/** Steps from the root of a document to a value. */
export type NodePath = readonly (string | number)[];

/** Takes the mistakes that reading finds. */
export interface ProblemSink {
  /** The document is not usable. */
  problem(path: NodePath, message: string, part: MemberPart): void;
  /** The document is usable, but this part of it may not do what was meant. */
  warning(path: NodePath, message: string, part: MemberPart): void;
}

/**
 * A value of a document together with where it stands. Reading never throws: what does not fit is reported to the sink
 * and read as absent, so that one pass finds all mistakes.
 */
export class NodeReader {
  readonly value: unknown;
  readonly path: NodePath;
  readonly #sink: ProblemSink;

  constructor(value: unknown, path: NodePath, sink: ProblemSink) {
    this.value = value;
    this.path = path;
    this.#sink = sink;
  }

  /** Whether there is a value; `key:` without one counts as absent. */
  get isPresent(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  problem(message: string): undefined {
    this.#sink.problem(this.path, message, 'value');
    return undefined;
  }

  warning(message: string): void {
    this.#sink.warning(this.path, message, 'value');
  }

  /** A problem of the key, whatever its value is. */
  keyProblem(message: string): void {
    this.#sink.problem(this.path, message, 'key');
  }

  keyWarning(message: string): void {
    this.#sink.warning(this.path, message, 'key');
  }

  /** The member of a mapping; absent in anything else. */
  get(key: string): NodeReader {
    const members = isMapping(this.value) ? this.value : {};
    return new NodeReader(
      Object.hasOwn(members, key) ? members[key] : undefined,
      [...this.path, key],
      this.#sink,
    );
  }

  /**
   * Reports when this is no mapping, and each member that is not expected: one that looks like a slip is a problem, whatever others are.
   */
  expectMapping(expected: readonly string[], unexpected: 'problem' | 'warning' = 'problem'): boolean {
    if (!isMapping(this.value)) {
      this.problem(this.isPresent ? `expected a mapping, found ${describe(this.value)}` : 'is missing');
      return false;
    }
    for (const key of Object.keys(this.value)) {
      if (expected.includes(key)) continue;
      const meant = closestWord(key, expected);
      const known = `known are ${expected.map((each) => `\`${each}\``).join(', ')}`;
      this.#sink[meant === undefined ? unexpected : 'problem'](
        [...this.path, key],
        `is not known here; ${meant === undefined ? known : `did you mean \`${meant}\`?`}`,
        'key',
      );
    }
    return true;
  }

  text(): string | undefined {
    if (!this.isPresent) return this.problem('is missing');
    return this.optionalText();
  }

  optionalText(): string | undefined {
    if (!this.isPresent) return undefined;
    if (typeof this.value === 'string') {
      return this.value === '' ? this.problem('is empty') : this.value;
    }
    return this.problem(`expected text, found ${describe(this.value)}${quoteHint(this.value)}`);
  }

  /** Text as the file has it, with quotes or without: `1.10` is "1.10". For what wadm reads so. */
  writtenText(): string | undefined {
    return this.value instanceof BareScalar ? this.value.source : this.text();
  }

  /** A whole number, 0 or more. */
  count(): number | undefined {
    if (!this.isPresent) return this.problem('is missing');
    const number = this.value instanceof BareScalar ? this.value.value : undefined;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    const isQuoted = typeof this.value === 'string' && /^\d+$/.test(this.value);
    return this.problem(
      `expected a whole number, 0 or more, found ${describe(this.value)}${isQuoted ? ' in quotes: take them away' : ''}`,
    );
  }

  /** The items of a list; none when it is absent. */
  items(): readonly NodeReader[] {
    if (!this.isPresent) return [];
    if (!Array.isArray(this.value)) {
      this.problem(`expected a list, found ${describe(this.value)}`);
      return [];
    }
    return this.value.map((item: unknown, index) => new NodeReader(item, [...this.path, index], this.#sink));
  }

  /** A mapping from names to texts; empty when it is absent. */
  texts(): Readonly<Record<string, string>> {
    return this.#textsOf((member) => (typeof member === 'string' ? member : undefined));
  }

  /** The same, each as {@link writtenText} has it. */
  writtenTexts(): Readonly<Record<string, string>> {
    return this.#textsOf((member) => {
      if (member instanceof BareScalar) return member.source;
      return typeof member === 'string' ? member : undefined;
    });
  }

  #textsOf(read: (member: unknown) => string | undefined): Readonly<Record<string, string>> {
    if (!this.isPresent) return {};
    if (!isMapping(this.value)) {
      this.problem(`expected a mapping, found ${describe(this.value)}`);
      return {};
    }
    const entries: [string, string][] = [];
    for (const [key, member] of Object.entries(this.value)) {
      const text = read(member);
      if (text !== undefined) entries.push([key, text]);
      else this.get(key).problem(`expected text, found ${describe(member)}${quoteHint(member)}`);
    }
    return Object.fromEntries(entries);
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BareScalar)
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof BareScalar) return `\`${value.source}\``;
  if (typeof value === 'object') return 'a mapping';
  return `\`${String(value)}\``;
}

/** YAML reads bare `8080` and `true` as a number and a switch; config values are texts. */
function quoteHint(value: unknown): string {
  return value instanceof BareScalar ? `: put it in quotes, "${value.source}"` : '';
}
