import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../web-assembly.js';
import { Generator, type LoadedGenerator } from './generator.js';

const options = { name: 'component', instantiation: { tag: 'async' } } as const;
const output: ReturnType<LoadedGenerator['generate']> = { files: [], imports: [], exports: [] };

/** Generators that do what `acts` says, one after the other, and how many of them were loaded. */
function createGenerator(...acts: readonly (() => typeof output)[]) {
  let calls = 0;
  const loaded: number[] = [];
  const generator = new Generator(async (generation) => {
    loaded.push(generation);
    return { generate: () => (acts[calls++] ?? (() => output))() };
  });
  return { loaded, generate: () => generator.generate(new Uint8Array(), options) };
}

const fails = (error: Error) => () => {
  throw error;
};

describe("jco's generator", () => {
  it('is loaded once, when it is needed', async () => {
    const { loaded, generate } = createGenerator();
    expect(loaded).toEqual([]);
    expect(await generate()).toBe(output);
    await generate();
    expect(loaded).toEqual([1]);
  });

  it('is loaded anew after a panic, for the next component', async () => {
    const panic = new webAssembly.RuntimeError('unreachable');
    const { loaded, generate } = createGenerator(fails(panic), () => output, fails(panic));
    await expect(generate()).rejects.toBe(panic);
    expect(await generate()).toBe(output);
    await expect(generate()).rejects.toBe(panic);
    expect(await generate()).toBe(output);
    expect(loaded).toEqual([1, 2, 3]);
  });

  it('stays when it refuses a component', async () => {
    const refusal = Object.assign(new Error('no component'), { payload: 'no component' });
    const { loaded, generate } = createGenerator(fails(refusal));
    await expect(generate()).rejects.toBe(refusal);
    expect(await generate()).toBe(output);
    expect(loaded).toEqual([1]);
  });

  it('is tried again when it could not be loaded', async () => {
    let tries = 0;
    const generator = new Generator(async () => {
      if (++tries === 1) throw new Error('no such file');
      return { generate: () => output };
    });
    await expect(generator.generate(new Uint8Array(), options)).rejects.toThrow('no such file');
    expect(await generator.generate(new Uint8Array(), options)).toBe(output);
  });

  it('refuses with a payload what is no component, and generates JavaScript of what is one', async () => {
    const generator = new Generator();
    await expect(generator.generate(Uint8Array.of(1, 2, 3), options)).rejects.toHaveProperty('payload');
    const { files } = await generator.generate(await parse('(component)'), options);
    expect(files.map(([name]) => name)).toContain('component.js');
  });
});
