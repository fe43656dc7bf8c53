import { GuestBuildError } from '../errors.js';
import {
  Reader,
  readSections,
  type Section,
  sectionIds,
  signed32,
  unsigned,
  writeSections,
} from './core-sections.js';
import { evaluationExports, type Snapshot } from './evaluate.js';

/** The id of a core module in a component. */
const coreModule = 1;
const pageBytes = 65_536;
const opcodes = { i32Const: 0x41, end: 0x0b } as const;
const i32 = 0x7f;

/** No more zeros than these, in bytes, stand in the data: each segment costs those who read the component something. */
const leastGap = 128;

/**
 * The engine with the memory that a script has left in it, and without the functions that evaluate one: what Wizer makes of it.
 *
 * @throws GuestBuildError for an engine that is made of anything that is not known here
 */
export function initializeEngine(engine: Uint8Array, snapshot: Snapshot): Uint8Array {
  const without = readSections(engine).map(({ content, id }) => ({
    id,
    pieces: [id === sectionIds.export ? withoutExports(content, evaluationExports) : content],
  }));
  return Buffer.concat(insertIntoModule(Buffer.concat(writeSections(engine, without)), snapshot));
}

/**
 * The component with the memory of another script, in place of that which it was made with. Everything else stays, byte for byte.
 *
 * @throws GuestBuildError for a component that is made of anything that is not known here
 */
export function insertSnapshot(component: Uint8Array, snapshot: Snapshot): Uint8Array {
  const sections = readSections(component);
  const engine = sections
    .filter(({ id }) => id === coreModule)
    .reduce<Section | undefined>(
      (largest, each) =>
        largest !== undefined && largest.content.length >= each.content.length ? largest : each,
      undefined,
    );
  if (engine === undefined) throw new GuestBuildError('the component has no core module');
  return Buffer.concat(
    writeSections(
      component,
      sections.map((each) => ({
        id: each.id,
        pieces: each === engine ? insertIntoModule(engine.content, snapshot) : [each.content],
      })),
    ),
  );
}

function insertIntoModule(module: Uint8Array, { globals, memory }: Snapshot): Uint8Array[] {
  const data = dataSegments(memory);
  const count = Uint8Array.from(unsigned(data.count));
  return writeSections(
    module,
    readSections(module).map(({ content, id }) => {
      switch (id) {
        case sectionIds.memory:
          return { id, pieces: [memoryOf(content, memory.length / pageBytes)] };
        case sectionIds.global:
          return { id, pieces: [globalsOf(content, globals)] };
        case sectionIds.dataCount:
          return { id, pieces: [count] };
        case sectionIds.data:
          assertActive(content);
          return { id, pieces: [count, data.segments] };
        default:
          return { id, pieces: [content] };
      }
    }),
  );
}

/** An export section without some names. */
function withoutExports(content: Uint8Array, names: readonly string[]): Uint8Array {
  const reader = new Reader(content);
  const kept: Uint8Array[] = [];
  for (let left = reader.unsigned(); left > 0; left--) {
    const start = reader.position;
    const name = Buffer.from(reader.bytes(reader.unsigned())).toString();
    reader.byte();
    reader.unsigned();
    if (!names.includes(name)) kept.push(content.subarray(start, reader.position));
  }
  return Buffer.concat([Uint8Array.from(unsigned(kept.length)), ...kept]);
}

/** One memory without a maximum. */
function memoryOf(content: Uint8Array, pages: number): Uint8Array {
  const reader = new Reader(content);
  if (reader.unsigned() !== 1 || reader.byte() !== 0) throw unknownShape('memories');
  return Uint8Array.from([1, 0, ...unsigned(pages)]);
}

/** componentize-js puts globals of its stubs behind those of the engine. */
function globalsOf(content: Uint8Array, values: readonly number[]): Uint8Array {
  const reader = new Reader(content);
  const count = reader.unsigned();
  if (count < values.length) throw unknownShape('globals');
  const globals = values.flatMap((value) => {
    const type = reader.byte();
    const mutable = reader.byte();
    const opcode = reader.byte();
    reader.skipNumber();
    if (type !== i32 || opcode !== opcodes.i32Const || reader.byte() !== opcodes.end)
      throw unknownShape('globals');
    return [type, mutable, opcode, ...signed32(value), opcodes.end];
  });
  return Uint8Array.from([...unsigned(count), ...globals, ...content.subarray(reader.position)]);
}

/** Passive data would be part of the code: instructions name it by its number. */
function assertActive(content: Uint8Array): void {
  const reader = new Reader(content);
  const count = reader.unsigned();
  for (let index = 0; index < count; index++) {
    if (reader.unsigned() !== 0 || reader.byte() !== opcodes.i32Const) throw unknownShape('data');
    reader.skipNumber();
    if (reader.byte() !== opcodes.end) throw unknownShape('data');
    reader.bytes(reader.unsigned());
  }
}

/** What is not zero of a memory, as segments of a data section. */
function dataSegments(memory: Uint8Array): { readonly count: number; readonly segments: Uint8Array } {
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
  const most = leastGap / 4;
  // What is left out between two segments is longer than the head of the second one.
  const segments = new Uint8Array(memory.length + leastGap);
  let count = 0;
  let length = 0;
  let index = 0;
  for (;;) {
    while (index < words.length && words[index] === 0) index++;
    if (index === words.length) return { count, segments: segments.subarray(0, length) };
    const start = index;
    let end = index;
    for (let zeros = 0; index < words.length && zeros <= most; index++) {
      if (words[index] === 0) zeros++;
      else {
        zeros = 0;
        end = index + 1;
      }
    }
    const bytes = memory.subarray(start * 4, end * 4);
    const head = [0, opcodes.i32Const, ...signed32(start * 4), opcodes.end, ...unsigned(bytes.length)];
    segments.set(head, length);
    segments.set(bytes, length + head.length);
    length += head.length + bytes.length;
    count++;
  }
}

function unknownShape(what: string): GuestBuildError {
  return new GuestBuildError(
    `the ${what} of the component have another form than those componentize-js 0.23 makes`,
  );
}
