import type { LiftLowerContext } from '../lift-lower-context.js';
import { utf16Tag } from '../ranges.js';
import { type StringCoder, stringCoders } from '../string-coders.js';

// How often the guest's realloc is called, and for how much, is in the specification: guests see it.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#storing-values

/** Writes a text that `units` code units of another encoding said. Returns the address; the length is left in `cx.written`. */
type WriteText = (cx: LiftLowerContext, text: string, units: number) => number;

const writers: ReadonlyMap<StringCoder, (isUtf16: boolean) => WriteText> = new Map<
  StringCoder,
  (isUtf16: boolean) => WriteText
>([
  [stringCoders.utf8, (isUtf16) => (cx, text, units) => writeUtf8(cx, text, units, isUtf16 ? 3 : 2)],
  [stringCoders.utf16, () => writeUtf16],
  [stringCoders['latin1+utf16'], () => writeLatin1OrUtf16],
]);

/** From one encoding to another. */
export function transcode(
  from: LiftLowerContext,
  address: number,
  length: number,
  to: LiftLowerContext,
): number {
  const text = from.strings.read(from, address, length);
  const isTagged = from.strings.hasTag && length >= utf16Tag;
  const units = isTagged ? length - utf16Tag : length;
  if (isTagged && to.strings.hasTag) return writeProbablyUtf16(to, text, units);
  const isUtf16 = isTagged || from.strings === stringCoders.utf16;
  const write = writers.get(to.strings)?.(isUtf16);
  if (write === undefined) throw new Error('an encoding without writer');
  return write(to, text, units);
}

function writeUtf8(cx: LiftLowerContext, text: string, units: number, worstFactor: number): number {
  const size = Buffer.byteLength(text);
  let address = cx.allocate(1, units, what);
  if (size > text.length) {
    const worst = units * worstFactor;
    address = cx.reallocate(address, units, 1, worst, what);
    cx.memory.buffer.write(text, address, size);
    if (worst > size) address = cx.reallocate(address, worst, 1, size, what);
  } else {
    cx.memory.buffer.write(text, address, size, 'latin1');
  }
  cx.written = size;
  return address;
}

function writeUtf16(cx: LiftLowerContext, text: string, units: number): number {
  const size = 2 * text.length;
  const worst = 2 * units;
  let address = cx.allocate(2, worst, what);
  cx.memory.buffer.write(text, address, size, 'utf16le');
  if (size < worst) address = cx.reallocate(address, worst, 2, size, what);
  cx.written = text.length;
  return address;
}

function writeLatin1OrUtf16(cx: LiftLowerContext, text: string, units: number): number {
  let address = cx.allocate(2, units, what);
  const { length } = text;
  if (isLatin1(text)) {
    cx.memory.buffer.write(text, address, length, 'latin1');
    if (length < units) address = cx.reallocate(address, units, 2, length, what);
    cx.written = length;
    return address;
  }
  const worst = 2 * units;
  address = cx.reallocate(address, units, 2, worst, what);
  cx.memory.buffer.write(text, address, 2 * length, 'utf16le');
  if (worst > 2 * length) address = cx.reallocate(address, worst, 2, 2 * length, what);
  cx.written = length + utf16Tag;
  return address;
}

function writeProbablyUtf16(cx: LiftLowerContext, text: string, units: number): number {
  const size = 2 * units;
  const address = cx.allocate(2, size, what);
  if (!isLatin1(text)) {
    cx.memory.buffer.write(text, address, size, 'utf16le');
    cx.written = units + utf16Tag;
    return address;
  }
  cx.memory.buffer.write(text, address, units, 'latin1');
  cx.written = units;
  return cx.reallocate(address, size, 1, units, what);
}

const what = 'a string';

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
