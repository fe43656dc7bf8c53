import { ByteOutput } from './byte-output.js';
import type { Cursor } from './cursor.js';
import { skipLocals } from './inspect-module.js';
import { type InstructionVisitor, visitInstructions } from './instructions.js';

/** What stands in for instructions, and at places where there was none. */
export interface CodeRewrites {
  /** At the entry of each function that calls another, and at the beginning of each loop. */
  readonly check: Uint8Array;
  memorySize(memory: number): Uint8Array;
  memoryGrow(memory: number): Uint8Array;
  memoryFill(memory: number): Uint8Array;
  memoryCopy(to: number, from: number): Uint8Array;
}

/** What the code does, as far as it matters to whoever resets an instance. */
export interface CodeFacts {
  readonly writesTables: boolean;
  readonly dropsSegments: boolean;
}

/**
 * Rewrites the functions of a code section one after the other, in one pass.
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
  #hasCalls = false;
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
    this.#hasCalls = false;
    skipLocals(body);
    const entry = body.pos;
    visitInstructions(body, this);
    this.#write(start, entry, body.end);
  }

  calls(): void {
    this.#hasCalls = true;
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
    const check = this.#hasCalls ? this.#rewrites.check : undefined;
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
