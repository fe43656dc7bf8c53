import { Cursor } from './cursor.js';
import { type Chunk, encodeName, leb } from './encode.js';
import { MalformedModuleError } from './errors.js';
import { sectionIds } from './sections.js';

// The custom section "name", from which V8 takes what it shows in stacks:
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section

export const nameSectionName = 'name';

const subsections = { module: 0, functions: 1 } as const;

/** A whole section that names the module. */
export function moduleNameSection(moduleName: string): Chunk[] {
  const contents = [
    ...encodeName(nameSectionName),
    ...subsection(subsections.module, encodeName(moduleName)),
  ];
  return [[sectionIds.custom, ...leb(contents.length)], contents];
}

/**
 * The contents of a name section that names functions behind those that it names already.
 *
 * @param section its contents; without them a new section is made. One that can't be read stays as it is: V8 goes without names then
 * @param names by the indices of the functions, which grow
 */
export function addFunctionNames(
  section: Uint8Array | undefined,
  names: ReadonlyMap<number, string>,
): readonly Chunk[] {
  const added = [...names].flatMap(([index, name]) => [...leb(index), ...encodeName(name)]);
  if (section === undefined) {
    const functions = [...leb(names.size), ...added];
    return [encodeName(nameSectionName), subsection(subsections.functions, functions)];
  }
  try {
    const { start, end, count, items } = findFunctions(section);
    const length = leb(count + names.size).length + items.length + added.length;
    return [
      section.subarray(0, start),
      [subsections.functions, ...leb(length), ...leb(count + names.size)],
      items,
      added,
      section.subarray(end),
    ];
  } catch (error) {
    if (!(error instanceof MalformedModuleError)) throw error;
    return [section];
  }
}

/** Where the names of functions are, or belong, and those that there are. */
function findFunctions(section: Uint8Array): {
  start: number;
  end: number;
  count: number;
  items: Uint8Array;
} {
  const cursor = new Cursor(section);
  cursor.name();
  while (!cursor.done) {
    const start = cursor.pos;
    const id = cursor.byte();
    const content = cursor.slice(cursor.u32());
    if (id === subsections.functions) {
      const count = content.u32();
      return { start, end: content.end, count, items: section.subarray(content.pos, content.end) };
    }
    if (id > subsections.functions) return { start, end: start, count: 0, items: section.subarray(0, 0) };
  }
  return { start: cursor.pos, end: cursor.pos, count: 0, items: section.subarray(0, 0) };
}

function subsection(id: number, contents: readonly number[]): number[] {
  return [id, ...leb(contents.length), ...contents];
}
