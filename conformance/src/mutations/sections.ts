/** A section of a component: its bytes, or the sections of the component or core module that it holds. */
export interface Section {
  id: number;
  content: Uint8Array | Part;
}

/** A component or core module. */
export interface Part {
  readonly preamble: Uint8Array;
  readonly sections: Section[];
}

const preambleLength = 8;
const nesting: Readonly<Record<string, readonly number[]>> = {
  // Of a component: core modules and components. A core module has sections without parts of their own.
  component: [0x01, 0x04],
  module: [],
};

/** The sections of a well-formed binary, apart, so that a change of one keeps the others readable. */
export function split(bytes: Uint8Array): Part {
  const preamble = bytes.slice(0, preambleLength);
  const nested = nesting[preamble[6] === 1 ? 'component' : 'module'] ?? [];
  const sections: Section[] = [];
  let pos = preambleLength;
  while (pos < bytes.length) {
    const id = bytes[pos] ?? 0;
    const [size, start] = readSize(bytes, pos + 1);
    const content = bytes.slice(start, start + size);
    sections.push({ id, content: nested.includes(id) ? split(content) : content });
    pos = start + size;
  }
  return { preamble, sections };
}

/** Inverse of {@link split}, with sizes as they have become. */
export function join({ preamble, sections }: Part): Uint8Array {
  return Buffer.concat([
    preamble,
    ...sections.flatMap(({ id, content }) => {
      const bytes = content instanceof Uint8Array ? content : join(content);
      return [Uint8Array.of(id, ...leb(bytes.length)), bytes];
    }),
  ]);
}

/** All lists of sections, the outermost first. */
export function listsOf(part: Part): Section[][] {
  const inner = part.sections.flatMap(({ content }) =>
    content instanceof Uint8Array ? [] : listsOf(content),
  );
  return [part.sections, ...inner];
}

function readSize(bytes: Uint8Array, start: number): [size: number, end: number] {
  let value = 0;
  let pos = start;
  for (let shift = 0; ; shift += 7, pos++) {
    const byte = bytes[pos] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, pos + 1];
  }
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
