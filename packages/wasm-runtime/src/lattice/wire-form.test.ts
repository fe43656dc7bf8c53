import { func, t, type WitType } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { NoWireFormError } from './conversions.js';
import type { HandleEnds } from './handle-ends.js';
import type { HandleForms } from './handle-forms.js';
import { wireFormOf } from './wire-form.js';

const handle = t.own({ instance: 'acme:x/y', name: 'thing' });
const stream = t.own({ instance: 'wasi:io/streams@0.2.0', name: 'input-stream' });

const forms: HandleForms = ({ name }) =>
  name === 'input-stream' ? { kind: 'input-stream' } : { kind: 'remote' };

/** Marks what it converts. */
const ends = {
  giveStream: (value: unknown) => ['given', value],
  takeStream: (value: unknown) => ['taken', value],
  giveRemote: (value: unknown, owned: boolean) => [owned ? 'own' : 'borrow', value],
  takeRemote: (_resource: unknown, value: unknown, owned: boolean) => [owned ? 'own' : 'borrow', value],
} as unknown as HandleEnds;

/** What a parameter of an import becomes, and a value of it. */
function give(type: WitType, value: unknown): unknown {
  const form = wireFormOf(func('f', [['x', type as never]]), 'import', forms);
  return form.convertParams([value], ends)[0];
}

describe('the form of a function on the wire', () => {
  it('is the function itself when it passes no handles, and its values stay as they are', () => {
    const plain = func('f', [['x', t.record({ name: t.string, all: t.list(t.u8) })]], t.option(t.u32));
    const form = wireFormOf(plain, 'export', forms);
    expect(form.func).toBe(plain);
    const params = [{ name: 'a', all: new Uint8Array(3) }];
    expect(form.convertParams(params, ends)).toBe(params);
  });

  it('has streams where the function has input-streams', () => {
    const form = wireFormOf(
      func('f', [['x', t.option(t.list(stream))]], t.result(t.tuple(t.u8, stream), handle)),
      'import',
      forms,
    );
    expect(form.func).toEqual(
      func('f', [['x', t.option(t.list(t.stream(t.u8)))]], t.result(t.tuple(t.u8, t.stream(t.u8)), handle)),
    );
  });

  it.each<[string, WitType, unknown, unknown]>([
    [
      'lists',
      t.list(handle),
      [1, 2],
      [
        ['own', 1],
        ['own', 2],
      ],
    ],
    ['tuples', t.tuple(t.u8, handle), [1, 2], [1, ['own', 2]]],
    ['records', t.record({ 'a-b': handle, c: t.u8 }), { aB: 1, c: 2 }, { aB: ['own', 1], c: 2 }],
    ['options that are there', t.option(handle), 1, ['own', 1]],
    ['options that are not', t.option(handle), undefined, undefined],
    [
      'options in options',
      t.option(t.option(handle)),
      { tag: 'some', val: 1 },
      { tag: 'some', val: ['own', 1] },
    ],
    ['empty options in options', t.option(t.option(handle)), { tag: 'none' }, { tag: 'none' }],
    ['results', t.result(handle, stream), { tag: 'err', val: 1 }, { tag: 'err', val: ['given', 1] }],
    ['results without', t.result(t.u8, stream), { tag: 'ok', val: 1 }, { tag: 'ok', val: 1 }],
    ['variants', t.variant({ a: handle, b: undefined }), { tag: 'a', val: 1 }, { tag: 'a', val: ['own', 1] }],
    ['cases without', t.variant({ a: handle, b: undefined }), { tag: 'b' }, { tag: 'b' }],
  ])('converts handles in %s', (_, type, value, expected) => {
    expect(give(type, value)).toEqual(expected);
  });

  it('turns around for a function that the guest serves', () => {
    const declared = func('f', [['x', stream]], stream);
    const served = wireFormOf(declared, 'export', forms);
    expect(served.convertParams([1], ends)).toEqual([['taken', 1]]);
    expect(served.convertResult(1, ends)).toEqual(['given', 1]);
    const called = wireFormOf(declared, 'import', forms);
    expect(called.convertParams([1], ends)).toEqual([['given', 1]]);
    expect(called.convertResult(1, ends)).toEqual(['taken', 1]);
  });

  it('does not exist for an error-context', () => {
    const context: WitType = { kind: 'error-context' };
    expect(() => give(context, 1)).toThrow(NoWireFormError);
  });
});
