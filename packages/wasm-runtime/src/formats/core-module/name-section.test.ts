import { describe, expect, it } from 'vitest';
import { concat, encodeName, leb } from './encode.js';
import { addFunctionNames } from './name-section.js';

const added = new Map([
  [300, 'first'],
  [301, 'second'],
]);

const bytesOf = (id: number, contents: readonly number[]): number[] => [
  id,
  ...leb(contents.length),
  ...contents,
];
const named = (index: number, name: string): number[] => [...leb(index), ...encodeName(name)];
const functions = (...items: readonly number[][]): number[] => bytesOf(1, [items.length, ...items.flat()]);
const moduleName = bytesOf(0, encodeName('app'));
const locals = bytesOf(2, [0]);

/** A name section of these subsections. */
function section(...subsections: readonly number[][]): Uint8Array {
  return Uint8Array.from([...encodeName('name'), ...subsections.flat()]);
}

const own = [named(300, 'first'), named(301, 'second')];

describe('names of added functions', () => {
  it('stand behind those of others', () => {
    const main = named(0, 'main');
    const before = section(moduleName, functions(main), locals);
    expect(concat(addFunctionNames(before, added))).toEqual(
      section(moduleName, functions(main, ...own), locals),
    );
  });

  it.each([
    ['it names no functions', section(moduleName, locals), section(moduleName, functions(...own), locals)],
    ['it names the module only', section(moduleName), section(moduleName, functions(...own))],
    ['there was none', undefined, section(functions(...own))],
  ])('get a place of their own in a section: %s', (_, before, after) => {
    expect(concat(addFunctionNames(before, added))).toEqual(after);
  });

  it.each([
    ['ends early', section([0, 200, 1])],
    ['has no count of names', section([1, 0])],
    ['has a size that is no number', section([1, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])('are left out of a section that %s', (_, broken) => {
    expect(concat(addFunctionNames(broken, added))).toEqual(broken);
  });
});
