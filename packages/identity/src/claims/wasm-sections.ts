import { ClaimsError } from './claims-error.js';

/** A part of a binary between two positions. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is met on the way through a binary, in the order of the file. */
export type SectionVisit =
  /** A component or core module begins: the outermost at depth 0, or one in the section that was entered. */
  | { readonly kind: 'header'; readonly depth: number; readonly header: Range }
  /** A section that holds a component or core module, told before what is in it. */
  | {
      readonly kind: 'enter';
      readonly depth: number;
      readonly id: number;
      readonly whole: Range;
      readonly content: Range;
    }
  | { readonly kind: 'leave'; readonly depth: number }
  | {
      readonly kind: 'section';
      readonly depth: number;
      readonly id: number;
      readonly whole: Range;
      readonly content: Range;
    };

const headerLength = 8;
const moduleHeader = Buffer.from('0061736d01000000', 'hex');
const componentHeader = Buffer.from('0061736d0d000100', 'hex');
const moduleSectionId = 1;
const componentSectionId = 4;
const deepest = 100;

/**
 * Walks through the sections of a component or core module, those of nested ones included, and looks at nothing else: it is for
 * bytes that nobody has validated yet.
 *
 * @throws ClaimsError (`binary`) at the first thing that is no section
 */
export function* walkSections(bytes: Uint8Array): Generator<SectionVisit> {
  const open: { readonly end: number; readonly isComponent: boolean }[] = [];
  let offset = 0;
  const begin = (end: number): Range => {
    const isComponent = readHeader(bytes, offset, end);
    const header = { start: offset, end: offset + headerLength };
    open.push({ end, isComponent });
    offset = header.end;
    return header;
  };
  yield { kind: 'header', depth: 0, header: begin(bytes.length) };
  for (let inside = open.at(-1); inside !== undefined; inside = open.at(-1)) {
    const depth = open.length - 1;
    if (offset === inside.end) {
      open.pop();
      if (open.length > 0) yield { kind: 'leave', depth };
      continue;
    }
    const start = offset;
    const id = bytes[offset] ?? 0;
    const size = readU32(bytes, offset + 1, inside.end);
    const content = { start: size.next, end: size.next + size.value };
    if (content.end > inside.end) throw broken(start, 'a section is longer than what it is in');
    const whole = { start, end: content.end };
    if (inside.isComponent && (id === moduleSectionId || id === componentSectionId)) {
      if (open.length > deepest) throw broken(start, `it is nested more than ${deepest} deep`);
      yield { kind: 'enter', depth, id, whole, content };
      offset = content.start;
      yield { kind: 'header', depth: depth + 1, header: begin(content.end) };
    } else {
      yield { kind: 'section', depth, id, whole, content };
      offset = content.end;
    }
  }
}

/** The name of a custom section and where its data is; `undefined` when it has no readable name. */
export function customSection(bytes: Uint8Array, content: Range): { name: string; data: Range } | undefined {
  const size = readU32(bytes, content.start, content.end);
  const end = size.next + size.value;
  if (end > content.end) return undefined;
  return {
    name: Buffer.from(bytes.subarray(size.next, end)).toString('utf8'),
    data: { start: end, end: content.end },
  };
}

/** A section with the shortest form of its length. */
export function sectionHeader(id: number, length: number): Uint8Array {
  return Uint8Array.from([id, ...encodeU32(length)]);
}

export function encodeU32(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function readHeader(bytes: Uint8Array, start: number, end: number): boolean {
  const header = bytes.subarray(start, Math.min(end, start + headerLength));
  if (componentHeader.equals(header)) return true;
  if (moduleHeader.equals(header)) return false;
  throw broken(start, 'neither a component nor a core module begins there');
}

function readU32(bytes: Uint8Array, start: number, end: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = start + index < end ? bytes[start + index] : undefined;
    if (byte === undefined) throw broken(start, 'a length is cut off');
    if (index === 4 && byte > 0x0f) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  throw broken(start, 'a length has more than 32 bits');
}

function broken(offset: number, reason: string): ClaimsError {
  return new ClaimsError('binary', `not a WebAssembly binary: ${reason} (byte ${offset})`);
}
