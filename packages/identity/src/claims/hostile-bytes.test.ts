import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSigningKey } from '../signing-key.js';
import { ClaimsError } from './claims-error.js';
import { readComponentToken } from './component-token.js';
import { nestedComponent, tinyComponent } from './testing/signed-by-wash.js';
import { decodeToken, signToken } from './token.js';
import { requireValidToken } from './verify-token.js';

/** Some bytes of a good one replaced, and an end cut off. */
const damaged = (good: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: good.length }),
    )
    .map(([changes, end]) => {
      const bytes = Uint8Array.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes.subarray(0, end);
    });

it('a component of any bytes has a token, none, or a reason why it has none', async () => {
  const signed = new Set([tinyComponent, nestedComponent].map(textOf));
  const any = fc.oneof(damaged(tinyComponent), damaged(nestedComponent), fc.uint8Array());
  await fc.assert(
    fc.asyncProperty(any, async (bytes) => {
      try {
        const token = await readComponentToken(bytes);
        // What was damaged beside the token is found by its hash.
        if (token !== undefined && !signed.has(token.text)) requireValidToken(token, Date.now());
      } catch (error) {
        expect(error).toBeInstanceOf(ClaimsError);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('a token of any text is one, or is refused', () => {
  const metadata = { vendor: 'acme', targetHashes: new Map() };
  const { text } = signToken(
    'provider',
    { subject: 'V1', metadata, issuedAt: 1 },
    createSigningKey('account'),
  );
  const part = fc.oneof(fc.constantFrom(...text.split('.')), fc.base64String(), fc.json().map(encoded));
  const any = fc.oneof(
    damaged(Buffer.from(text)).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('.')),
    fc.string(),
  );
  fc.assert(
    fc.property(any, (given) => {
      try {
        const token = decodeToken('provider', given);
        if (given !== text) requireValidToken(token, 0);
        expect(token.text).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ClaimsError);
      }
    }),
    { numRuns: 2_000 },
  );
});

function encoded(json: string): string {
  return Buffer.from(json).toString('base64url');
}

function textOf(component: Uint8Array): string {
  return /eyJ[\w.-]+/.exec(Buffer.from(component).toString('latin1'))?.[0] ?? '';
}
