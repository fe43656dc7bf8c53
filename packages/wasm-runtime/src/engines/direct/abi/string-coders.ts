import type { StringEncoding } from './core-types.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { utf16Tag } from './ranges.js';

/** Strings in one encoding. */
export interface StringCoder {
  /** Whether lengths say which of two encodings it is. */
  readonly hasTag: boolean;
  /** @param length in code units; for `latin1+utf16` with the tag */
  read(cx: LiftLowerContext, address: number, length: number): string;
  /** Returns the address; the length is left in `cx.written`. */
  write(cx: LiftLowerContext, text: string): number;
}

/** Up to here a loop over the bytes is faster than a call into V8. */
const shortString = 24;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const utf8: StringCoder = {
  hasTag: false,

  read(cx, address, length) {
    cx.checkRead(address, length, 1, 'a string');
    if (length === 0) return '';
    const { bytes, buffer } = cx.memory;
    const end = address + length;
    if (length <= shortString && isAscii(bytes, address, end)) return buffer.toString('latin1', address, end);
    try {
      return decoder.decode(bytes.subarray(address, end));
    } catch {
      throw cx.trap(`the string at ${address}, ${length} bytes long, is not UTF-8`);
    }
  },

  write(cx, text) {
    const { length } = text;
    if (length <= shortString && isAsciiText(text)) {
      const address = cx.allocate(1, length, 'a string');
      const { bytes } = cx.memory;
      for (let i = 0; i < length; i++) bytes[address + i] = text.charCodeAt(i);
      cx.written = length;
      return address;
    }
    const size = Buffer.byteLength(text);
    const address = cx.allocate(1, size, 'a string');
    cx.memory.buffer.write(text, address, size);
    cx.written = size;
    return address;
  },
};

const utf16: StringCoder = {
  hasTag: false,
  read: readUtf16,
  write(cx, text) {
    cx.written = text.length;
    return writeUtf16(cx, text);
  },
};

const latin1OrUtf16: StringCoder = {
  hasTag: true,

  read(cx, address, tagged) {
    if (tagged >= utf16Tag) return readUtf16(cx, address, tagged - utf16Tag);
    cx.checkRead(address, tagged, 2, 'a string');
    return cx.memory.buffer.toString('latin1', address, address + tagged);
  },

  write(cx, text) {
    if (!isLatin1(text)) {
      cx.written = text.length + utf16Tag;
      return writeUtf16(cx, text);
    }
    const address = cx.allocate(2, text.length, 'a string');
    cx.memory.buffer.write(text, address, text.length, 'latin1');
    cx.written = text.length;
    return address;
  },
};

export const stringCoders: Readonly<Record<StringEncoding, StringCoder>> = {
  utf8,
  utf16,
  'latin1+utf16': latin1OrUtf16,
};

function readUtf16(cx: LiftLowerContext, address: number, length: number): string {
  cx.checkRead(address, 2 * length, 2, 'a string');
  const text = cx.memory.buffer.toString('utf16le', address, address + 2 * length);
  if (!text.isWellFormed()) {
    throw cx.trap(`the string at ${address}, ${length} code units long, has half of a surrogate pair`);
  }
  return text;
}

function writeUtf16(cx: LiftLowerContext, text: string): number {
  const size = 2 * text.length;
  const address = cx.allocate(2, size, 'a string');
  cx.memory.buffer.write(text.toWellFormed(), address, size, 'utf16le');
  return address;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x7f) return false;
  return true;
}

function isAsciiText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
