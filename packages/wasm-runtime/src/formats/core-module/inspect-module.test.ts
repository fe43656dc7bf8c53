import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { inspectModule, type ModuleFacts } from './inspect-module.js';

async function inspect(text: string): Promise<ModuleFacts> {
  return inspectModule(await parse(`(module ${text})`));
}

describe('inspectModule', () => {
  it('tells which tables JavaScript can restore', async () => {
    const { tables } = await inspect(
      '(type $f (func)) (table 1 funcref) (table 1 externref) (table 1 (ref null $f)) (table i64 1 funcref)',
    );
    expect(tables.map(({ accessible }) => accessible)).toEqual([true, true, false, false]);
  });

  it('refuses two sections of a kind, whose items would be counted together', async () => {
    const section = [6, 6, 1, 0x7f, 1, 0x41, 0, 0x0b];
    const bytes = await parse('(module (global i32 (i32.const 0)))');
    expect(() => inspectModule(new Uint8Array([...bytes.subarray(0, 16), ...section]))).toThrow(
      'expected section 6 once',
    );
  });
});
