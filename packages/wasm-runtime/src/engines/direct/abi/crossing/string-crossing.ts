import { isUtf8 } from 'node:buffer';
import { utf16Tag } from '../ranges.js';
import { type StringCoder, stringCoders } from '../string-coders.js';
import { copyBytes, type MoveRange, rangeCrossing } from './list-crossing.js';
import { transcode } from './transcode.js';

/** Between equal encodings: the bytes are looked at and copied, and no string is made of them but where that is how to look. */
const alike: ReadonlyMap<StringCoder, MoveRange> = new Map<StringCoder, MoveRange>([
  [
    stringCoders.utf8,
    (from, address, length, to) => {
      from.checkRead(address, length, 1, 'a string');
      if (!isUtf8(from.memory.bytes.subarray(address, address + length))) {
        throw from.trap(`the string at ${address}, ${length} bytes long, is not UTF-8`);
      }
      to.written = length;
      return copyBytes(from, address, length, 1, to, 'a string');
    },
  ],
  [
    stringCoders.utf16,
    (from, address, length, to) => {
      from.strings.read(from, address, length);
      to.written = length;
      return copyBytes(from, address, 2 * length, 2, to, 'a string');
    },
  ],
  [
    stringCoders['latin1+utf16'],
    (from, address, length, to) => {
      // What is in UTF-16 may have become Latin-1 by now.
      if (length >= utf16Tag) return transcode(from, address, length, to);
      from.checkRead(address, length, 2, 'a string');
      to.written = length;
      return copyBytes(from, address, length, 2, to, 'a string');
    },
  ],
]);

const move: MoveRange = (from, address, length, to) => {
  const copy = from.strings === to.strings ? alike.get(from.strings) : undefined;
  return (copy ?? transcode)(from, address, length, to);
};

export const stringCrossing: ReturnType<typeof rangeCrossing> = rangeCrossing(move);
