import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { CellAllocator, cellAddress, viewCells } from './cell-memory.js';
import { binary, cellSteps, door } from './cell-steps.js';

function setUp() {
  const block = new CellAllocator().allocate(1);
  const [count = 0, tally = 0, limit = 0, doorAt = 0, handed = 0] = [0, 1, 2, 3, 4].map((cell) =>
    cellAddress(block, cell),
  );
  return {
    block,
    cells: viewCells(block),
    steps: cellSteps(block.memory),
    count,
    tally,
    limit,
    doorAt,
    handed,
  };
}

describe('steps on shared cells', () => {
  it('are made of the text beside them', async () => {
    const text = await readFile(new URL('./cell-steps.wat', import.meta.url), 'utf8');
    expect(Buffer.from(await parse(text)).toString('base64')).toBe(binary);
  });

  it('take up to a limit, and give back', () => {
    const { cells, steps, count, tally, limit } = setUp();
    cells[2] = 5;
    expect(steps.takeBelow(count, tally, 3, limit)).toBe(1);
    expect(steps.takeBelow(count, tally, 3, limit)).toBe(0);
    expect(steps.takeBelow(count, tally, 2, limit)).toBe(1);
    expect([...cells.subarray(0, 2)]).toEqual([5, 5]);
    expect(steps.giveBack(count, tally, 4, limit)).toBe(5);
    expect([...cells.subarray(0, 2)]).toEqual([1, 1]);
  });

  it('hand one over at an open door, once', () => {
    const { cells, steps, tally, doorAt, handed } = setUp();
    cells[1] = 2;
    cells[3] = door.closed;
    expect(steps.handOver(tally, doorAt, handed)).toBe(0);
    cells[3] = door.open;
    expect(steps.handOver(tally, doorAt, handed)).toBe(1);
    expect(steps.handOver(tally, doorAt, handed)).toBe(0);
    expect([...cells.subarray(1, 5)]).toEqual([1, 0, door.underWay, 1]);
    expect(steps.takeHanded(tally, doorAt, door.closed)).toBe(1);
    expect(steps.takeHanded(tally, doorAt, door.closed)).toBe(0);
    expect([...cells.subarray(1, 5)]).toEqual([2, 0, door.closed, 1]);
  });

  it('happen as a whole, whenever their thread is ended', async () => {
    for (let end = 0; end < 25; end++) {
      const { block, cells } = setUp();
      cells[2] = 1;
      const thread = new Worker(spinner, { eval: true, workerData: { memory: block.memory, binary } });
      await once(thread, 'message');
      await thread.terminate();
      expect(cells[0]).toBe(cells[1]);
    }
  });
});

/** Takes and gives without end. */
const spinner = `
  const { parentPort, workerData } = require('node:worker_threads');
  const module = new WebAssembly.Module(Buffer.from(workerData.binary, 'base64'));
  const { takeBelow, giveBack } = new WebAssembly.Instance(module, { cells: { memory: workerData.memory } }).exports;
  parentPort.postMessage('ready');
  for (;;) if (takeBelow(0, 4, 1, 8) === 1) giveBack(0, 4, 1, 0);
`;
