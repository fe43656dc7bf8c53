import { describe, expect, it } from 'vitest';
import { readScript } from './read-script.js';

const directivesOf = (text: string) => readScript(text).map(({ directive }) => directive);

describe('reading a script', () => {
  it('leaves components as the text that they are, definitions too', () => {
    const text = '(component definition $C (import "a)" (func)) ;; )\n (export "b" (func 0)))';
    expect(directivesOf(text)).toEqual([
      {
        kind: 'component',
        name: '$C',
        isDefinition: true,
        source: { form: 'text', text: `(component ${text.slice(text.indexOf('$C'))}` },
      },
    ]);
    expect(directivesOf('(component)')).toEqual([
      { kind: 'component', isDefinition: false, source: { form: 'text', text: '(component )' } },
    ]);
  });

  it('takes bytes and quotations from their strings', () => {
    expect(directivesOf('(component binary "\\00asm" "\\0d\\00\\01\\00")')).toMatchObject([
      { source: { form: 'binary', bytes: Buffer.from('\0asm\r\0\u0001\0', 'latin1') } },
    ]);
    expect(directivesOf('(assert_malformed (component quote "(func" "\\u{2603})") "no")')).toEqual([
      {
        kind: 'assert-malformed',
        message: 'no',
        source: { form: 'quote', text: '(component (func\n\u2603))' },
      },
    ]);
  });

  it('knows instances, and what they are of', () => {
    expect(directivesOf('(component instance $i $C) (component instance) (register "x" $i)')).toEqual([
      { kind: 'instance', name: '$i', of: '$C' },
      { kind: 'instance' },
      { kind: 'register', as: 'x', name: '$i' },
    ]);
  });

  it('knows calls and what is expected of them', () => {
    const text =
      '(assert_return (invoke $i "f" (u32.const 1)) (str.const "x")) (assert_trap (invoke "g") "boom")';
    expect(directivesOf(text)).toEqual([
      {
        kind: 'assert-return',
        action: { instance: '$i', func: 'f', params: [{ kind: 'integer', value: 1n }] },
        expected: [{ kind: 'text', value: 'x' }],
      },
      {
        kind: 'assert-trap',
        of: { kind: 'call', action: { func: 'g', params: [] } },
        message: 'boom',
      },
    ]);
  });

  it('knows starts that trap', () => {
    expect(
      directivesOf('(assert_trap (component $A) "a") (assert_trap (component instance $i $A) "b")'),
    ).toEqual([
      {
        kind: 'assert-trap',
        of: { kind: 'component', source: { form: 'text', text: '(component $A)' } },
        message: 'a',
      },
      { kind: 'assert-trap', of: { kind: 'instance', of: '$A' }, message: 'b' },
    ]);
  });

  it('passes over comments of both kinds, nested ones too, and counts lines', () => {
    const text = ';; one ( line\n(; two (; nested ;) ";" ;)\n\n(invoke "f") (; ;)\n(thread)';
    expect(readScript(text)).toEqual([
      { line: 4, directive: { kind: 'invoke', action: { func: 'f', params: [] } } },
      { line: 5, directive: { kind: 'other', keyword: 'thread' } },
    ]);
  });

  it.each([
    ['(component', 'a "(" that nothing closes at character 0'],
    ['())', 'a ")" too many at character 2'],
    ['(; no end', 'a "(;" that nothing closes at character 0'],
    ['("no end', 'a string that nothing ends at character 1'],
    ['("\\q")', 'an unknown escape in a string at character 2'],
    ['(invoke "f" (v128.const 1))', 'a value of unknown kind "v128.const" at character 12'],
    ['(assert_return (component))', 'expected an "invoke" at character 15'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => readScript(text)).toThrow(message);
  });
});
