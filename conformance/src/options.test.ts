import { describe, expect, it } from 'vitest';
import { componentModelVariable, readOptions, wasmtimeVariable } from './options.js';

const env = { [componentModelVariable]: '/suites/a' };

describe('the options', () => {
  it('run all scripts of the suites whose folders are named, on engine direct', () => {
    expect(readOptions([], env)).toMatchObject({
      engine: 'direct',
      patterns: [],
      writes: false,
      suites: [{ name: 'WebAssembly/component-model', folder: '/suites/a' }],
    });
    expect(readOptions(['values', '--engine', 'jco'], { [wasmtimeVariable]: '/b' })).toMatchObject({
      engine: 'jco',
      patterns: ['values'],
      suites: [{ name: 'bytecodealliance/wasmtime', folder: '/b' }],
    });
  });

  it.each([
    [[], {}, /^set WASMLATTICE_COMPONENT_MODEL_TESTS/],
    [['--engine', 'other'], env, /^--engine other: there are direct and jco/],
    [['--jobs', '0'], env, /^--jobs 0: expected a number/],
    [['--write', 'values'], env, /^--write takes all scripts/],
    [['--unknown'], env, /--unknown/],
  ])('%j are refused with what to do', (args, variables, message) => {
    expect(() => readOptions(args, variables)).toThrow(message);
  });
});
