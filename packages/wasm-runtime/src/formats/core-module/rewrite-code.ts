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
  /** Where in it the branch is that is hardly ever taken. */
  readonly checkBranch: number;
  memorySize(memory: number): Uint8Array;
  memoryGrow(memory: number): Uint8Array;
  memoryFill(memory: number): Uint8Array;
  memoryCopy(to: number, from: number): Uint8Array;
  memoryInit(segment: number, memory: number): Uint8Array;
}

/** A code section. */
export interface RewrittenCode extends CodeFacts {
  readonly count: number;
  /** The items of the section, without their count. */
  readonly items: Uint8Array;
  /** Those of the section of branch hints, by which V8 puts what checks do once they ask out of the way of loops. */
  readonly hints: { readonly count: number; readonly items: Uint8Array };
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
  /** Some instruction names a data segment by its number. */
  readonly readsSegments: boolean;
}

/**
 * Rewrites the functions of a code section one after the other, in one pass. Checks are at the entry of each function that calls others
 * or is long, at the beginning of each loop, and before all that may take long by itself: calls of the host among it.
 *
 * @throws MalformedModuleError
 */
export function rewriteCode(section: Cursor, rewrites: CodeRewrites): RewrittenCode {
  const rewriter = new CodeRewriter(section, rewrites);
  const count = section.each((index) => rewriter.function(rewrites.importedFunctions + index));
  const { writesTables, dropsSegments, readsSegments, items, hints } = rewriter;
  return { count, items, hints, writesTables, dropsSegments, readsSegments };
}

class CodeRewriter implements InstructionVisitor {
  readonly #section: Cursor;
  readonly #rewrites: CodeRewrites;
  readonly #output: ByteOutput;
  readonly #hints = new ByteOutput(1024);
  #hintedFunctions = 0;
  /** The function that is read. */
  #body: Cursor;
  #calls = 0;
  /** Ranges of the section that are replaced by bytes, in their order; used again for each function. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #replacements: Uint8Array[] = [];
  #patches = 0;
  /** Among the patches. */
  #checks = 0;
  #addedBytes = 0;
  writesTables = false;
  dropsSegments = false;
  readsSegments = false;

  constructor(section: Cursor, rewrites: CodeRewrites) {
    this.#section = section;
    this.#body = section;
    this.#rewrites = rewrites;
    this.#output = new ByteOutput(Math.ceil((section.end - section.pos) * 1.2));
  }

  get items(): Uint8Array {
    return this.#output.bytes;
  }

  get hints(): RewrittenCode['hints'] {
    return { count: this.#hintedFunctions, items: this.#hints.bytes };
  }

  function(index: number): void {
    const body = this.#section.slice(this.#section.u32());
    const start = body.pos;
    this.#body = body;
    this.#patches = 0;
    this.#addedBytes = 0;
    this.#checks = 0;
    this.#calls = 0;
    skipLocals(body);
    const entry = body.pos;
    visitInstructions(body, this);
    this.#write(index, start, entry, body.end);
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
    this.#check(start);
  }

  loop(body: number): void {
    this.#check(body);
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
    this.readsSegments = true;
    this.#replace(start, this.#body.pos, this.#rewrites.memoryInit(segment, memory));
  }

  #check(at: number): void {
    this.#checks++;
    this.#replace(at, at, this.#rewrites.check);
  }

  #replace(start: number, end: number, replacement: Uint8Array): void {
    const patch = this.#patches++;
    this.#starts[patch] = start;
    this.#ends[patch] = end;
    this.#replacements[patch] = replacement;
    this.#addedBytes += replacement.length - (end - start);
  }

  #write(index: number, start: number, entry: number, end: number): void {
    const { bytes } = this.#section;
    const output = this.#output;
    const { check } = this.#rewrites;
    const isAsking = this.#calls > 0 || end - start > unchecked.bytes;
    output.u32(end - start + this.#addedBytes + (isAsking ? check.length : 0));
    const bodyStart = output.length;
    this.#beginHints(index, this.#checks + (isAsking ? 1 : 0));
    output.addRange(bytes, start, entry);
    if (isAsking) this.#writeCheck(bodyStart);
    let from = entry;
    for (let patch = 0; patch < this.#patches; patch++) {
      const replacement = this.#replacements[patch] as Uint8Array;
      output.addRange(bytes, from, this.#starts[patch] as number);
      if (replacement === check) this.#writeCheck(bodyStart);
      else output.addRange(replacement, 0, replacement.length);
      from = this.#ends[patch] as number;
    }
    output.addRange(bytes, from, end);
  }

  #writeCheck(bodyStart: number): void {
    const { check, checkBranch } = this.#rewrites;
    this.#hints.u32(this.#output.length - bodyStart + checkBranch);
    this.#hints.u32(1); // bytes of the hint
    this.#hints.u32(0); // unlikely
    this.#output.addRange(check, 0, check.length);
  }

  /** https://github.com/WebAssembly/branch-hinting: hints are counted from the start of the body, and say how likely a branch is. */
  #beginHints(index: number, count: number): void {
    if (count === 0) return;
    this.#hintedFunctions++;
    this.#hints.u32(index);
    this.#hints.u32(count);
  }
}
