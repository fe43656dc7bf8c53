import { ByteOutput } from './byte-output.js';
import type { Cursor } from './cursor.js';
import { skipLocals } from './inspect-module.js';
import { type InstructionVisitor, visitInstructions } from './instructions.js';

/** What stands in for instructions, and at places where there was none. */
export interface CodeRewrites {
  readonly memoryCount: number;
  readonly tableCount: number;
  readonly importedFunctions: number;
  /** Asks whether the host wants something. */
  readonly check: Uint8Array;
  memorySize(memory: number): Uint8Array;
  memoryGrow(memory: number): Uint8Array;
  memoryFill(memory: number): Uint8Array;
  memoryCopy(to: number, from: number): Uint8Array;
  memoryInit(segment: number, memory: number): Uint8Array;
}

/**
 * The time between two checks is bounded by what a function may do without one: run through so many bytes of code, each of them
 * once, and call so many functions that ask for nothing either, since they are as short.
 */
const unchecked = { bytes: 16 * 1024, calls: 256 } as const;

/** What the code does, as far as it matters to whoever resets an instance. */
export interface CodeFacts {
  readonly writesTables: boolean;
  readonly dropsSegments: boolean;
}

/**
 * Rewrites the functions of a code section one after the other, in one pass. Checks are at the entry of each function that calls others
 * or is long, at the beginning of each loop, and before all that may take long by itself: calls of the host among it.
 *
 * @returns the items of the new section, without their count
 * @throws MalformedModuleError
 */
export function rewriteCode(
  section: Cursor,
  rewrites: CodeRewrites,
): CodeFacts & { readonly count: number; readonly items: Uint8Array } {
  const rewriter = new CodeRewriter(section, rewrites);
  const count = section.each(() => rewriter.function());
  const { writesTables, dropsSegments, items } = rewriter;
  return { count, items, writesTables, dropsSegments };
}

class CodeRewriter implements InstructionVisitor {
  readonly #section: Cursor;
  readonly #rewrites: CodeRewrites;
  readonly #output: ByteOutput;
  /** The function that is read. */
  #body: Cursor;
  #calls = 0;
  /** Ranges of the section that are replaced by bytes, in their order; used again for each function. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #replacements: Uint8Array[] = [];
  #patches = 0;
  #addedBytes = 0;
  writesTables = false;
  dropsSegments = false;

  constructor(section: Cursor, rewrites: CodeRewrites) {
    this.#section = section;
    this.#body = section;
    this.#rewrites = rewrites;
    this.#output = new ByteOutput(Math.ceil((section.end - section.pos) * 1.2));
  }

  get items(): Uint8Array {
    return this.#output.bytes;
  }

  function(): void {
    const body = this.#section.slice(this.#section.u32());
    const start = body.pos;
    this.#body = body;
    this.#patches = 0;
    this.#addedBytes = 0;
    this.#calls = 0;
    skipLocals(body);
    const entry = body.pos;
    visitInstructions(body, this);
    this.#write(start, entry, body.end);
  }

  get memoryCount(): number {
    return this.#rewrites.memoryCount;
  }

  get tableCount(): number {
    return this.#rewrites.tableCount;
  }

  calls(start: number, callee?: number): void {
    const isImported = callee !== undefined && callee < this.#rewrites.importedFunctions;
    if (++this.#calls > unchecked.calls || isImported) this.takesLong(start);
  }

  takesLong(start: number): void {
    this.#replace(start, start, this.#rewrites.check);
  }

  loop(body: number): void {
    this.#replace(body, body, this.#rewrites.check);
  }

  writesTable(): void {
    this.writesTables = true;
  }

  dropsSegment(): void {
    this.dropsSegments = true;
  }

  memorySize(memory: number, start: number): void {
    this.#replace(start, this.#body.pos, this.#rewrites.memorySize(memory));
  }

  memoryGrow(memory: number, start: number): void {
    this.#replace(start, this.#body.pos, this.#rewrites.memoryGrow(memory));
  }

  memoryFill(memory: number, start: number): void {
    this.#replace(start, this.#body.pos, this.#rewrites.memoryFill(memory));
  }

  memoryCopy(to: number, from: number, start: number): void {
    this.#replace(start, this.#body.pos, this.#rewrites.memoryCopy(to, from));
  }

  memoryInit(segment: number, memory: number, start: number): void {
    this.#replace(start, this.#body.pos, this.#rewrites.memoryInit(segment, memory));
  }

  #replace(start: number, end: number, replacement: Uint8Array): void {
    const patch = this.#patches++;
    this.#starts[patch] = start;
    this.#ends[patch] = end;
    this.#replacements[patch] = replacement;
    this.#addedBytes += replacement.length - (end - start);
  }

  #write(start: number, entry: number, end: number): void {
    const { bytes } = this.#section;
    const output = this.#output;
    const isAsking = this.#calls > 0 || end - start > unchecked.bytes;
    const check = isAsking ? this.#rewrites.check : undefined;
    output.u32(end - start + this.#addedBytes + (check?.length ?? 0));
    output.addRange(bytes, start, entry);
    if (check !== undefined) output.addRange(check, 0, check.length);
    let from = entry;
    for (let patch = 0; patch < this.#patches; patch++) {
      const replacement = this.#replacements[patch] as Uint8Array;
      output.addRange(bytes, from, this.#starts[patch] as number);
      output.addRange(replacement, 0, replacement.length);
      from = this.#ends[patch] as number;
    }
    output.addRange(bytes, from, end);
  }
}
