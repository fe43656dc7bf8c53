import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { startChild } from '@wasmlattice/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { limitTable } from './limit-table.js';

let recursing: string;
beforeAll(async () => {
  const module = await parse(`(module
    (global $depth (export "depth") (mut i32) (i32.const 0))
    (func $recurse (export "recurse")
      (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
      (call $recurse)))`);
  recursing = Buffer.from(module).toString('base64');
});

/** How deep guests get in a process of its own, in its first thread and in another one. */
async function depthsWith(bytes: number): Promise<number[]> {
  const program = `
    import { Worker } from 'node:worker_threads';
    import { limitStacks } from ${JSON.stringify(import.meta.resolve('./limit-stacks.js'))};
    limitStacks(${bytes});
    const recurse = \`
      const module = new WebAssembly.Module(Buffer.from('${recursing}', 'base64'));
      const { exports } = new WebAssembly.Instance(module);
      WebAssembly.promising(exports.recurse)().catch((error) =>
        console.log(error.constructor.name, exports.depth.value));\`;
    await eval('(async () => {' + recurse + '})()');
    new Worker(recurse, { eval: true });`;
  const args = [...process.execArgv, '--input-type=module', '--eval', program];
  await using child = startChild(process.execPath, args, {});
  expect(await child.exited).toBe(0);
  const lines = child.output().trim().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['RangeError', 'RangeError']);
  return lines.map((line) => Number(line.split(' ')[1]));
}

describe('the stacks of guests', () => {
  it('are as large as the limit, in every thread, and by default as large as may be', async () => {
    const { fallback, most, least } = limitTable.stack;
    const [byDefault, half, small] = await Promise.all([fallback, 524_288, least].map(depthsWith));
    for (const thread of [0, 1]) {
      const deepest = byDefault?.[thread] ?? 0;
      expect(half?.[thread]).toBeLessThan(deepest * 0.6);
      expect(half?.[thread]).toBeGreaterThan(deepest * 0.4);
      expect(small?.[thread]).toBeLessThan(deepest * 0.1);
      expect(small?.[thread]).toBeGreaterThan(0);
    }
    expect(most).toBe(fallback);
  });
});
