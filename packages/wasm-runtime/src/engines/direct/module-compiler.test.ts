import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { expect, it } from 'vitest';
import { type CompiledModule, ModuleCompiler } from './module-compiler.js';

const compileAll = async (checks: readonly boolean[], ...texts: string[]): Promise<CompiledModule[]> => {
  const compiler = new ModuleCompiler({ leastCompared: 0 });
  const compiled: CompiledModule[] = [];
  for (const [index, text] of texts.entries()) {
    compiled.push(await compiler.compile(await parse(`(module ${text})`), checks[index] ?? true));
  }
  return compiled;
};

const first = (data: string, code = ''): string =>
  `(memory 1) (func (export "get") (result i32) (i32.load8_u (i32.const 8)) ${code}) ${data}`;
const text = ({ rewritten }: CompiledModule | undefined = expect.fail()): string[] =>
  rewritten.data.map(({ bytes, offset }) => `${String(offset)} ${new TextDecoder().decode(bytes)}`);

it('a module that differs in data alone has the same code, and its own data', async () => {
  const [a, b, c] = await compileAll(
    [],
    first('(data (i32.const 8) "one")'),
    first('(data (i32.const 8) "two") (data (i32.const 99) "more")'),
    first(''),
  );
  expect(b?.module).toBe(a?.module);
  expect(c?.module).toBe(a?.module);
  expect([text(a), text(b), text(c)]).toEqual([['8 one'], ['8 two', '99 more'], []]);
  expect({ ...b?.rewritten, data: [] }).toEqual({ ...a?.rewritten, data: [] });
  expect(b?.codeBytes).toBe(a?.codeBytes);
});

it.each([
  ['its code', first('', '(drop (i32.const 1))')],
  ['its memory', first('').replace('(memory 1)', '(memory 2)')],
  ['where data goes', `(global $at i32 (i32.const 8)) ${first('(data (global.get $at) "one")')}`],
])('a module that differs in %s has code of its own', async (_what, other) => {
  const [a, b] = await compileAll([], first('(data (i32.const 8) "one")'), other);
  expect(b?.module).not.toBe(a?.module);
});

it('a module that is to be compiled in another way has code of its own', async () => {
  const [a, b] = await compileAll([true, false], first(''), first(''));
  expect(b?.module).not.toBe(a?.module);
});

it.each([
  ['reads', '(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))'],
  ['drops', '(data.drop 0)'],
])('code that %s segments is kept for no other module', async (_what, code) => {
  const [a, b] = await compileAll(
    [],
    first('(data (i32.const 8) "one")', code),
    first('(data (i32.const 8) "two")', code),
  );
  expect(b?.module).not.toBe(a?.module);
  expect(text(b)).toEqual(['8 two']);
});

it('code is that of the last module alone', async () => {
  const [a, , c] = await compileAll([], first(''), first('', '(drop (i32.const 1))'), first(''));
  expect(c?.module).not.toBe(a?.module);
});
