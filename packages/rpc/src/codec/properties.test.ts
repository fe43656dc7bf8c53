import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyType, anyValue } from '../testing/any-value.js';
import type { WitType } from '../types.js';
import { CodecError } from './codec-error.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { IncrementalDecoder } from './incremental.js';

const typeAndValue = anyType.chain((type) => anyValue(type).map((value) => ({ type, value })));

/** Decodes pieces whose lengths repeat; `undefined` for bytes that are refused. */
function decodePieces(
  type: WitType,
  bytes: Uint8Array,
  lengths: readonly number[],
): { value: unknown } | string {
  try {
    const decoder = new IncrementalDecoder(type);
    let start = 0;
    for (let i = 0; start < bytes.length; i++) {
      const end = start + (lengths[i % lengths.length] ?? 1);
      decoder.push(bytes.subarray(start, end));
      start = end;
    }
    return { value: decoder.value };
  } catch (error) {
    return refusal(error);
  }
}

function decodeWhole(type: WitType, bytes: Uint8Array): { value: unknown } | string {
  try {
    return { value: decode(type, bytes) };
  } catch (error) {
    return refusal(error);
  }
}

/** Any other error than a refusal is a bug. */
function refusal(error: unknown): string {
  if (error instanceof CodecError) return error.code;
  throw error;
}

const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('codec', () => {
  it('decodes what it encoded, wherever the bytes are split', () => {
    fc.assert(
      fc.property(typeAndValue, pieces, ({ type, value }, lengths) => {
        const bytes = encode(type, value);
        expect(decode(type, bytes)).toStrictEqual(value);
        expect(decodePieces(type, bytes, lengths)).toStrictEqual({ value });
      }),
      { numRuns: 1_000 },
    );
  });

  it('encodes to the same bytes what it decoded', () => {
    fc.assert(
      fc.property(typeAndValue, ({ type, value }) => {
        const bytes = encode(type, value);
        expect(Buffer.compare(encode(type, decode(type, bytes)), bytes)).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('decodes or refuses any bytes, the same way whole and in pieces: 120,000 frames', () => {
    let frames = 0;
    const frame = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40, max: 3 }));
    fc.assert(
      fc.property(
        anyType,
        fc.array(frame, { minLength: 100, maxLength: 100 }),
        pieces,
        (type, all, lengths) => {
          for (const bytes of all) {
            frames++;
            const whole = decodeWhole(type, bytes);
            const inPieces = decodePieces(type, bytes, lengths);
            // Which fault is met first may differ; whether there is one may not.
            if (typeof whole === 'string') expect(typeof inPieces).toBe('string');
            else if (JSON.stringify(whole, plain) !== JSON.stringify(inPieces, plain)) {
              expect(inPieces).toStrictEqual(whole);
            }
          }
        },
      ),
      { numRuns: 1_200 },
    );
    expect(frames).toBeGreaterThanOrEqual(100_000);
  });

  it('refuses what it encoded when a byte is missing or added', () => {
    fc.assert(
      fc.property(typeAndValue, ({ type, value }) => {
        const bytes = encode(type, value);
        fc.pre(bytes.length > 0);
        expect(decodeWhole(type, bytes.subarray(0, -1))).toBe('truncated');
        expect(decodeWhole(type, Uint8Array.of(...bytes, 0))).toBe('trailing-bytes');
      }),
      { numRuns: 1_000 },
    );
  });
});

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' || Object.is(value, -0) || Number.isNaN(value)
    ? `n${String(value)}`
    : value;
}
