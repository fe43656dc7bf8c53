import { Cursor } from './cursor.js';

export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

export const preambleLength = 8;

export interface ModuleSection {
  readonly id: number;
  /** Position of the id. */
  readonly start: number;
  readonly content: Cursor;
}

/** @throws MalformedModuleError */
export function* sectionsOf(module: Uint8Array): Generator<ModuleSection> {
  const cursor = new Cursor(module);
  cursor.skip(preambleLength);
  while (!cursor.done) {
    const start = cursor.pos;
    const id = cursor.byte();
    yield { id, start, content: cursor.slice(cursor.u32()) };
  }
}

/** How many memories and tables the module defines itself. */
export interface Definitions {
  readonly memories: number;
  readonly tables: number;
}

/** @throws MalformedModuleError */
export function countDefinitions(module: Uint8Array): Definitions {
  let memories = 0;
  let tables = 0;
  for (const { id, content } of sectionsOf(module)) {
    if (id === sectionIds.memory) memories += content.u32();
    if (id === sectionIds.table) tables += content.u32();
  }
  return { memories, tables };
}
