import { type Chunk, concat, leb } from '../core-module/encode.js';
import { ByteReader } from './binary/byte-reader.js';
import { assertComponent, preambleLength } from './detect-binary.js';
import { maxNesting } from './limits.js';

const sectionIds = { custom: 0x00, coreModule: 0x01, coreType: 0x03, component: 0x04 } as const;

/** Keeps the place of a core module, since others are counted from it: the magic number and the version. */
const emptyModule = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const;

/**
 * The component without its code: some 15 KB for a JavaScript guest of 13 MB. Each core module is an empty one; custom sections and
 * core types, which are not decoded, are left out. It decodes to what the component decodes to, core modules apart, and nothing else
 * can use it.
 *
 * @param bytes what `decodeInstantiation` decodes
 * @returns bytes of their own, not a view
 * @throws InvalidComponentError for bytes whose sections can't be told apart
 */
export function skeletonOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  assertComponent(bytes);
  const sections = new ByteReader(bytes, preambleLength);
  return concat([bytes.subarray(0, preambleLength), ...withoutCode(sections, 0)]);
}

function withoutCode(sections: ByteReader, depth: number): Chunk[] {
  if (depth > maxNesting)
    throw sections.error(`expected at most ${maxNesting} components within one another`);
  const kept: Chunk[] = [];
  while (!sections.done) {
    const id = sections.byte('a section');
    const section = sections.slice(sections.u32('the size of a section'), 'a section');
    const content = contentWithoutCode(id, section, depth);
    if (content !== undefined) kept.push([id, ...leb(content.length)], content);
  }
  return kept;
}

/** `undefined` for a section that is left out. */
function contentWithoutCode(id: number, section: ByteReader, depth: number): Chunk | undefined {
  switch (id) {
    case sectionIds.custom:
    case sectionIds.coreType:
      return undefined;
    case sectionIds.coreModule:
      return emptyModule;
    case sectionIds.component: {
      const preamble = section.bytes(preambleLength, 'a nested component');
      return concat([preamble, ...withoutCode(section, depth + 1)]);
    }
    default:
      return section.bytes(section.remaining, 'the contents of a section');
  }
}
