import { encodeU32 } from '../wasm-sections.js';

const text = (value: string): number[] => [...Buffer.from(value)];

/** A length in five bytes, as some linkers write it. */
function padded(value: number): number[] {
  return [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, ((value >> 14) & 0x7f) | 0x80, 0x80, 0];
}

export type LengthForm = 'short' | 'padded';

export function section(id: number, content: readonly number[], form: LengthForm = 'short'): number[] {
  return [id, ...(form === 'short' ? encodeU32(content.length) : padded(content.length)), ...content];
}

export function custom(name: string, data: string, form?: LengthForm): number[] {
  return section(0, [...encodeU32(name.length), ...text(name), ...text(data)], form);
}

export function coreModule(...sections: readonly number[][]): number[] {
  return [0x00, ...text('asm'), 1, 0, 0, 0, ...sections.flat()];
}

export function component(...sections: readonly number[][]): number[] {
  return [0x00, ...text('asm'), 0x0d, 0, 1, 0, ...sections.flat()];
}
