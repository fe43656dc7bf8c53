import { describe, expect, it } from 'vitest';
import {
  fromVector,
  readVectors,
  toVector,
  type VectorType,
  type VectorValue,
  vectorType,
} from '../testing/vectors.js';
import { CodecError } from './codec-error.js';
import { decode } from './decode.js';
import { type DecodeScope, EncodeScope } from './deferred.js';
import { encoderOf } from './encode.js';
import { IncrementalDecoder } from './incremental.js';
import { defaultCodecLimits } from './limits.js';
import { Writer } from './writer.js';

interface Vector {
  readonly name: string;
  readonly type: VectorType;
  readonly value: VectorValue;
  readonly hex: string;
}

interface DecodingVectors {
  readonly refused: readonly (Omit<Vector, 'value'> & { readonly error: string })[];
  readonly accepted: readonly Vector[];
}

/** Marks what is pending, so that it can be told from what is there. */
const pendingScope: DecodeScope = {
  child: () => pendingScope,
  stream: () => 'pending',
  future: () => 'pending',
};

function decodeAll(type: VectorType, hex: string, step: number): unknown {
  const decoder = new IncrementalDecoder(vectorType(type), defaultCodecLimits, pendingScope);
  const bytes = Buffer.from(hex, 'hex');
  for (let i = 0; i < bytes.length; i += step) decoder.push(bytes.subarray(i, i + step));
  return decoder.value;
}

/** Pending values have no content to compare. */
function withoutPending(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner) => (inner?.pending ? 'pending' : inner));
}

describe.each(['integers.json', 'values.json', 'interfaces.json'])('vectors/%s', (file) => {
  const { vectors } = readVectors<{ readonly vectors: readonly Vector[] }>(file);

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_, { type, value, hex }) => {
    const writer = new Writer();
    encoderOf(vectorType(type))(writer, fromVector(vectorType(type), value), new EncodeScope());
    expect(Buffer.from(writer.finish()).toString('hex')).toBe(hex);
    for (const step of [1, 2, 3, Math.max(1, hex.length)]) {
      const decoded = await asVector(type, decodeAll(type, hex, step));
      expect(decoded).toEqual(withoutPending(value));
    }
  });
});

async function asVector(type: VectorType, value: unknown): Promise<unknown> {
  return toVector(vectorType(replacePending(type)), value);
}

/** A pending stream or future was decoded to a marker, which is written like a string. */
function replacePending(type: VectorType): VectorType {
  return JSON.parse(JSON.stringify(type), (_, inner) =>
    inner?.kind === 'stream' || inner?.kind === 'future' ? 'string' : inner,
  ) as VectorType;
}

describe('vectors/decoding.json', () => {
  const { refused, accepted } = readVectors<DecodingVectors>('decoding.json');

  it.each(refused.map((vector) => [vector.name, vector] as const))(
    'refuses %s',
    (_, { type, hex, error }) => {
      const attempts = [
        () => decode(vectorType(type), Buffer.from(hex, 'hex')),
        () => decodeAll(type, hex, 1),
        () => decodeAll(type, hex, hex.length),
      ];
      for (const attempt of attempts) {
        let code: string | undefined;
        try {
          attempt();
        } catch (thrown) {
          if (thrown instanceof CodecError) ({ code } = thrown);
        }
        expect(code).toBe(error);
      }
    },
  );

  it.each(accepted.map((vector) => [vector.name, vector] as const))('accepts %s', async (_, vector) => {
    for (const step of [1, vector.hex.length]) {
      const value = decodeAll(vector.type, vector.hex, step);
      const expected = vector.value as { readonly ready?: VectorValue };
      if (expected.ready === undefined) {
        expect(await toVector(vectorType(vector.type), value)).toEqual(vector.value);
      } else {
        const ready = (await toVector(vectorType(vector.type), value)) as Record<string, unknown>;
        expect(ready.resolved ?? (ready.chunks as unknown[])[0]).toEqual(expected.ready);
      }
    }
  });
});
