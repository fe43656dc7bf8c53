import type { WitFunction } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { sameFunction } from './same-function.js';

const describeShape: WitFunction = {
  name: 'describe',
  params: [{ name: 'shape', type: { kind: 'record', fields: [{ name: 'x', type: { kind: 'u32' } }] } }],
  result: { kind: 'result', ok: { kind: 'string' } },
};

describe('functions are the same', () => {
  it('whoever made their types, and whatever their parameters are called', () => {
    expect(sameFunction(describeShape, structuredClone(describeShape))).toBe(true);
    const other: WitFunction = {
      result: { ok: { kind: 'string' }, kind: 'result' },
      params: [{ type: { fields: [{ type: { kind: 'u32' }, name: 'x' }], kind: 'record' }, name: 's' }],
      name: 'describe',
    };
    expect(sameFunction(describeShape, other)).toBe(true);
  });

  it.each([
    ['a parameter more', { ...describeShape, params: [...describeShape.params, ...describeShape.params] }],
    ['no result', { name: 'describe', params: describeShape.params }],
    ['another result', { ...describeShape, result: { kind: 'result', err: { kind: 'string' } } }],
    [
      'a field of another name',
      {
        ...describeShape,
        params: [{ name: 'shape', type: { kind: 'record', fields: [{ name: 'y', type: { kind: 'u32' } }] } }],
      },
    ],
  ] satisfies [string, WitFunction][])('not with %s', (_what, other) => {
    expect(sameFunction(describeShape, other)).toBe(false);
    expect(sameFunction(other, describeShape)).toBe(false);
  });
});
