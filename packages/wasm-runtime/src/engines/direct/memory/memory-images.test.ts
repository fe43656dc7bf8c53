import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../../pool/collect-garbage.js';
import { type GrowableMemory, webAssembly } from '../../web-assembly.js';
import { LinuxKernel } from './linux/linux-kernel.js';
import type { MemoryImage, ResettableMemory, SharedMappedImage } from './memory-images.js';
import { sumOf } from './testing/memory-sum.js';
import type { MemoryThreadReport, MemoryThreadWork } from './testing/memory-thread.js';
import { memoryWays, openMemoryWay } from './testing/memory-ways.js';

const wasmPage = 65_536;
const maxPages = 24;

function createMemory(pages: number): GrowableMemory {
  return new webAssembly.Memory({ initial: pages, maximum: maxPages });
}

/** A memory that has something in some of its pages of 4 KiB, and zeroes in the others. */
function createFilled(pages: number, seed = 1): GrowableMemory {
  const memory = createMemory(pages);
  const bytes = new Uint8Array(memory.buffer);
  for (let page = 0; page < bytes.length / 4096; page++) {
    if ((page * seed) % 3 === 0)
      bytes.fill(1 + ((page * 7 + seed) % 255), page * 4096 + 5, page * 4096 + 4000);
  }
  return memory;
}

function isSame(memory: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(memory, expected) === 0;
}

/** What a memory of an image should be, kept in the plainest way. */
class Model {
  readonly #image: Uint8Array;
  bytes: Uint8Array;

  constructor(image: Uint8Array) {
    this.#image = image;
    this.bytes = image.slice();
  }

  grow(pages: number): void {
    const grown = new Uint8Array(this.bytes.length + pages * wasmPage);
    grown.set(this.bytes);
    this.bytes = grown;
  }

  restore(): void {
    this.bytes.fill(0);
    this.bytes.set(this.#image);
  }
}

type Operation =
  | {
      readonly kind: 'write';
      /** From the start, or, if negative, from the end; modulo the size. */
      readonly at: number;
      readonly length: number;
      readonly value: number;
    }
  | { readonly kind: 'grow'; readonly pages: number }
  | { readonly kind: 'restore' }
  | { readonly kind: 'attach' };

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      at: fc.integer({ min: -2 * wasmPage, max: maxPages * wasmPage }),
      length: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 20_000 }), fc.nat({ max: 500_000 })),
      value: fc.nat({ max: 255 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('grow' as const), pages: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'restore' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'attach' as const }) },
);

for (const { name, missing } of memoryWays) {
  if (missing !== undefined) {
    describe(`memories by ${name}`, () => {
      it(`can not be tried here: ${missing}`, () => {
        expect(() => openMemoryWay(name)).toThrow(missing);
      });
    });
    continue;
  }
  const isMapped = name !== 'copying';

  describe(`memories by ${name}`, () => {
    const images = openMemoryWay(name);

    it('are what a plain copy would be, whatever is written, grown and reset', () => {
      const operations = fc.array(fc.tuple(fc.nat({ max: 2 }), anyOperation), { maxLength: 40, size: 'max' });
      fc.assert(
        fc.property(operations, fc.integer({ min: 1, max: 12 }), fc.nat(), (all, pages, seed) => {
          const original = createFilled(pages, seed);
          const expected = new Uint8Array(original.buffer).slice();
          const image = images.capture(original);
          const memories: { memory: GrowableMemory; reset: ResettableMemory; model: Model }[] = [];
          const add = (memory: GrowableMemory, reset: ResettableMemory): void => {
            memories.push({ memory, reset, model: new Model(expected) });
          };
          add(original, image.adopt(original));
          const attach = (): void => {
            const fresh = createMemory(pages);
            add(fresh, image.attach(fresh));
          };
          attach();
          for (const [index, operation] of all) {
            const { memory, reset, model } = memories[index % memories.length] as (typeof memories)[number];
            switch (operation.kind) {
              case 'write': {
                const at = (operation.at + model.bytes.length) % model.bytes.length;
                reset.bytes.fill(operation.value, at, at + operation.length);
                model.bytes.fill(operation.value, at, at + operation.length);
                break;
              }
              case 'grow':
                if (model.bytes.length / wasmPage + operation.pages > maxPages) break;
                memory.grow(operation.pages);
                model.grow(operation.pages);
                break;
              case 'restore':
                reset.restore();
                model.restore();
                break;
              case 'attach':
                attach();
                break;
            }
            for (const each of memories) expect(isSame(each.reset.bytes, each.model.bytes)).toBe(true);
          }
          image.release();
        }),
        { numRuns: 60 },
      );
    });

    it('become what they were again and again, after much and after little was written', () => {
      const memory = createFilled(16);
      const expected = new Uint8Array(memory.buffer).slice();
      const image = images.capture(memory);
      const reset = image.adopt(memory);
      for (let round = 0; round < 300; round++) {
        if (round % 100 === 0) reset.bytes.fill(round + 1);
        for (let at = round; at < reset.bytes.length; at += 50_000) reset.bytes[at] = round;
        reset.restore();
        expect(isSame(reset.bytes, expected)).toBe(true);
      }
    });

    it('hold zeroes again where much was added', () => {
      const memory: GrowableMemory = new webAssembly.Memory({ initial: 2, maximum: 400 });
      const expected = new Uint8Array(memory.buffer).slice();
      const reset = images.capture(memory).adopt(memory);
      for (let round = 0; round < 3; round++) {
        memory.grow(100);
        reset.bytes.fill(9);
        reset.restore();
        expect(reset.bytes.length).toBe((2 + (round + 1) * 100) * wasmPage);
        expect(isSame(reset.bytes.subarray(0, expected.length), expected)).toBe(true);
        const added = reset.bytes.subarray(expected.length);
        expect(isSame(added, new Uint8Array(added.length))).toBe(true);
      }
    });

    it('go on when their image was released', () => {
      const memory = createFilled(4);
      const expected = new Uint8Array(memory.buffer).slice();
      const image = images.capture(memory);
      const reset = image.adopt(memory);
      image.release();
      image.release();
      reset.bytes.fill(3);
      reset.restore();
      expect(isSame(reset.bytes, expected)).toBe(true);
    });

    it('can be used by several threads from one image, none of which sees what another writes', async () => {
      const memory = createFilled(8);
      const image = images.capture(memory);
      const expected = sumOf(new Uint8Array(memory.buffer));
      const work = { way: name, shared: image.share(), memories: 4, rounds: 25 };
      const reports = await Promise.all([runThread(work), runThread(work)]);
      for (const report of reports) expect(report).toEqual({ kind: 'done', sums: [expected] });
      const reset = image.adopt(memory);
      expect(sumOf(reset.bytes)).toBe(expected);
      image.release();
    });
  });

  if (!isMapped) continue;

  describe(`an image mapped by ${name}`, () => {
    const images = openMemoryWay(name);
    const capture = (pages: number): { image: MemoryImage; shared: SharedMappedImage } => {
      const image = images.capture(createFilled(pages));
      return { image, shared: image.share() as SharedMappedImage };
    };

    it('shares its pages with memories that do not write them', () => {
      const { image } = capture(8);
      const memory = createMemory(8);
      const reset = image.attach(memory);
      sumOf(reset.bytes);
      expect([reset.privateBytes(), anonymousBytes(memory)]).toEqual([0, 0]);
      for (const page of [0, 1, 40]) reset.bytes[page * 4096 + 17] = 1;
      expect([reset.privateBytes(), anonymousBytes(memory)]).toEqual([3 * 4096, 3 * 4096]);
    });

    it('puts back of what a memory grew only what was written', () => {
      const { image } = capture(2);
      const memory = createMemory(2);
      const reset = image.attach(memory);
      memory.grow(16);
      for (let round = 0; round < 3; round++) {
        reset.bytes[0] = 1;
        reset.bytes[10 * wasmPage] = 1;
        reset.restore();
        expect([reset.bytes[10 * wasmPage], reset.privateBytes()]).toEqual([0, 2 * 4096]);
      }
    });

    it('gives back what one large invocation took, in a while', () => {
      const { image } = capture(16);
      const reset = image.attach(createMemory(16));
      reset.bytes.fill(1);
      reset.restore();
      let restores = 0;
      while ((reset.privateBytes() ?? 0) > wasmPage && restores++ < 1000) {
        reset.bytes[5] = 1;
        reset.restore();
      }
      expect(restores).toBeLessThan(1000);
      for (let i = 0; i < 3; i++) {
        reset.bytes[5] = 1;
        reset.restore();
      }
      expect(reset.privateBytes()).toBe(4096);
    });

    it('has a file that nobody can write, shorten or lengthen', () => {
      const { shared } = capture(2);
      const file = `/proc/self/fd/${shared.file}`;
      expect(() => writeTo(file)).toThrow('EPERM');
      expect(() => truncateSync(file, 1)).toThrow('EPERM');
      expect(fstatSync(shared.file).size).toBe(2 * wasmPage);
    });

    it('is closed by the last who releases it, and can not be opened any more', () => {
      const { image, shared } = capture(2);
      const other = images.open(shared);
      image.release();
      expect(fstatSync(shared.file).size).toBe(2 * wasmPage);
      other?.release();
      expect(() => fstatSync(shared.file)).toThrow('EBADF');
      expect(images.open(shared)).toBeUndefined();
    });

    it('is gone for a thread that comes too late', async () => {
      const { image, shared } = capture(2);
      image.release();
      expect(await runThread({ way: name, shared, memories: 1, rounds: 1 })).toEqual({ kind: 'gone' });
    });

    it('takes no memory once it was released', () => {
      const { image } = capture(2);
      image.release();
      expect(() => image.attach(createMemory(2))).toThrow('the image was released');
    });

    it('takes no memory smaller than itself', () => {
      const { image } = capture(2);
      expect(() => image.attach(createMemory(1))).toThrow('can not hold an image of 131072');
    });

    it('leaves nothing behind of thousands of memories that were dropped', async () => {
      const { image } = capture(4);
      const before = countAreas();
      for (let round = 0; round < 10; round++) {
        for (let i = 0; i < 300; i++) {
          const reset = image.attach(createMemory(4));
          reset.bytes[i] = 1;
          reset.restore();
        }
        await collectGarbage();
      }
      await expect
        .poll(async () => {
          await collectGarbage();
          return countAreas();
        })
        .toBeLessThan(before + 100);
    });
  });
}

async function runThread(work: MemoryThreadWork): Promise<MemoryThreadReport> {
  const thread = new Worker(new URL('./testing/memory-thread.ts', import.meta.url), { workerData: work });
  const [report] = (await once(thread, 'message')) as [MemoryThreadReport];
  await thread.terminate();
  return report;
}

function countAreas(): number {
  return readFileSync('/proc/self/maps', 'utf8').split('\n').length;
}

/**
 * Bytes of the area where the memory begins that are of no file any more, as the system tells people. Its `Private_Dirty` counts pages of a
 * file that nobody else maps, too.
 */
function anonymousBytes({ buffer }: GrowableMemory): number {
  const address = new LinuxKernel().addressOf(buffer).toString(16);
  const areas = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  const area = areas.find(
    (each) => each.startsWith(`${address}-`) && each.includes('memfd:wasmlattice-image'),
  );
  return Number(/^Anonymous:\s*(\d+) kB$/m.exec(area ?? '')?.[1]) * 1024;
}

function writeTo(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, 'changed', 0);
  } finally {
    closeSync(file);
  }
}
