import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSigningKey } from '../signing-key.js';
import { ClaimsError } from './claims-error.js';
import { componentHash, stripTokens } from './component-hash.js';
import { readComponentToken, signComponent } from './component-token.js';
import { component, coreModule, custom, section } from './testing/binaries.js';
import { nestedComponent, tinyComponent } from './testing/signed-by-wash.js';
import { verifyToken } from './verify-token.js';

const bytes = (numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers);
const sha256 = (value: Uint8Array): string => createHash('sha256').update(value).digest('hex').toUpperCase();

/** A module in a component, with lengths in the long form. */
const inside = (form: 'short' | 'padded', ...more: number[][]): number[] =>
  component(section(1, coreModule(custom('abcd', '', form), ...more), form), custom('xyz', '!', form));

const content = { subject: createSigningKey('module').publicKey, issuedAt: 1_700_000_000 };

describe('readComponentToken', () => {
  it('reads what wash signed', async () => {
    const token = await readComponentToken(tinyComponent);
    expect(token?.claims).toMatchObject({
      kind: 'component',
      issuer: expect.stringMatching(/^A/),
      subject: expect.stringMatching(/^M/),
      formatRevision: 3,
      metadata: {
        name: 'Tiny Thing',
        tags: ['alpha', 'beta'],
        revision: 7,
        version: '1.2.3',
        callAlias: 'tiny_thing/one',
        provider: false,
      },
    });
    expect(token === undefined ? undefined : verifyToken(token, Date.now())).toEqual({
      signatureValid: true,
      expired: false,
      cannotUseYet: false,
    });
    expect(await readComponentToken(nestedComponent)).toMatchObject({ claims: { metadata: { tags: [] } } });
  });

  it('finds the hash with lengths in their shortest form, as wash does', async () => {
    const signature = tinyComponent.subarray(inside('short').length);
    const signed = bytes([...inside('padded'), ...signature]);
    expect(await readComponentToken(signed)).toEqual(await readComponentToken(tinyComponent));
  });

  it('has nothing to say of a component that nobody signed', async () => {
    expect(await readComponentToken(bytes(inside('short')))).toBeUndefined();
    expect(await readComponentToken(bytes(component()))).toBeUndefined();
  });

  it('counts a nested token only in the section with the old name', async () => {
    const key = createSigningKey('account');
    const { token } = await signComponent(
      bytes(inside('short')),
      { ...content, metadata: { provider: false } },
      key,
    );
    expect(await readComponentToken(bytes(inside('short', custom('jwt', token.text))))).toEqual(token);
    expect(await readComponentToken(bytes(inside('short', custom('wasmcloud_jwt', token.text))))).toBe(
      undefined,
    );
  });

  it('takes the first of several', async () => {
    const key = createSigningKey('account');
    const sign = (name: string) =>
      signComponent(bytes(component()), { ...content, metadata: { name, provider: false } }, key);
    const [first, second] = [await sign('first'), await sign('second')];
    const both = bytes([...first.bytes, ...second.bytes.subarray(8)]);
    expect((await readComponentToken(both))?.claims.metadata?.name).toBe('first');
  });

  it('refuses a component that was changed after it was signed', async () => {
    const changed = Uint8Array.from(tinyComponent, (byte, at) => (at === 30 ? byte ^ 1 : byte));
    await expect(readComponentToken(changed)).rejects.toThrow(
      expect.objectContaining({ code: 'hash', message: expect.stringContaining('Invalid module hash') }),
    );
  });

  it.each([
    ['nothing', []],
    ['text', [...Buffer.from('hello world, hello')]],
    ['another version', [0, 0x61, 0x73, 0x6d, 9, 0, 0, 0]],
    ['a section that is cut off', component([0, 5, 1])],
    ['a length that is cut off', component([0, 0x80])],
    ['a length of more than 32 bits', component([0, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a nested section that is longer than what it is in', component(section(4, component([0, 99])))],
    ['a nested module with another header', component(section(1, [1, 2, 3]))],
  ])('refuses %s', async (_, numbers) => {
    await expect(readComponentToken(bytes(numbers))).rejects.toThrow(
      expect.objectContaining({ code: 'binary' }),
    );
  });

  it('refuses components in components without end', async () => {
    let nested = component();
    for (let depth = 0; depth < 101; depth += 1) nested = component(section(4, nested));
    await expect(readComponentToken(bytes(nested))).rejects.toThrow('nested more than 100 deep');
  });

  it.each([
    ['no token', 'hello'],
    ['no JSON', 'a.b.c'],
    ['no object', `e30.${Buffer.from('[]').toString('base64url')}.e30`],
  ])('refuses a token section with %s', async (_, text) => {
    const failure = readComponentToken(bytes(component(custom('wasmcloud_jwt', text))));
    await expect(failure).rejects.toThrow(ClaimsError);
    await expect(failure).rejects.toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});

describe('componentHash', () => {
  it('is about the bytes without tokens at any depth', async () => {
    const plain = bytes(inside('short'));
    const marked = bytes([
      ...inside('padded', custom('jwt', 'x'), custom('wasmcloud_jwt', 'y')),
      ...custom('wasmcloud_jwt', 'z'),
    ]);
    expect(await componentHash(plain)).toBe(sha256(plain));
    expect(await componentHash(marked)).toBe(sha256(plain));
    expect(stripTokens(marked)).toEqual(plain);
  });
});

describe('signComponent', () => {
  it('replaces the tokens that are there', async () => {
    const key = createSigningKey('account');
    const signed = await signComponent(
      nestedComponent,
      { ...content, expires: 1_800_000_000, metadata: { name: 'again', provider: false } },
      key,
    );
    expect(await readComponentToken(signed.bytes)).toEqual(signed.token);
    expect(stripTokens(signed.bytes)).toEqual(stripTokens(nestedComponent));
    expect(verifyToken(signed.token, 1_700_000_000_000).signatureValid).toBe(true);
  });
});
