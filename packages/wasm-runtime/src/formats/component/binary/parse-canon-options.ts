import type { ByteReader } from './byte-reader.js';
import type { CanonOptionsNode, StringEncoding } from './nodes.js';

const encodings: ReadonlyMap<number, StringEncoding> = new Map([
  [0x00, 'utf8'],
  [0x01, 'utf16'],
  [0x02, 'latin1+utf16'],
]);

export function parseCanonOptions(reader: ByteReader): CanonOptionsNode {
  const options: { -readonly [K in keyof CanonOptionsNode]: CanonOptionsNode[K] } = { encoding: 'utf8' };
  reader.list('canonical options', () => {
    const start = reader.offset;
    const option = reader.byte('a canonical option');
    switch (option) {
      case 0x00:
      case 0x01:
      case 0x02:
        options.encoding = encodings.get(option) ?? 'utf8';
        return;
      case 0x03:
        options.memory = reader.u32('a memory');
        return;
      case 0x04:
        options.realloc = reader.u32('a function');
        return;
      case 0x05:
        options.postReturn = reader.u32('a function');
        return;
      case 0x06:
        options.async = true;
        return;
      case 0x07:
        options.callback = reader.u32('a function');
        return;
      case 0x08:
        reader.u32('a core type');
        options.other = 'core-type';
        return;
      case 0x09:
        options.other = 'gc';
        return;
      default:
        throw reader.error(
          `expected a canonical option, found the unknown code 0x${option.toString(16)}`,
          start,
        );
    }
  });
  return options;
}
