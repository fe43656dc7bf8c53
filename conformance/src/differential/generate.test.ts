import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { describe, expect, it } from 'vitest';
import type { CaseOutcome } from './case.js';
import { compareOutcomes } from './compare.js';
import { generateCase, shapeNames } from './generate.js';
import { readDifferentialOptions } from './options.js';
import { fromPlain, toPlain } from './plain.js';
import { runCase } from './run-direct.js';

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe('generated cases', () => {
  it('are the same for the same seed, and others for others', () => {
    const texts = new Set(seeds.map((seed) => generateCase(seed).text));
    expect(texts.size).toBe(seeds.length);
    expect(generateCase(7)).toEqual(generateCase(7));
    expect(seeds.map((seed) => generateCase(seed).shape).slice(0, shapeNames.length)).toEqual(shapeNames);
  });

  it.each(shapeNames)('are components, those of the shape %s too', async (shape) => {
    for (const seed of seeds.slice(0, 5)) {
      expect((await parse(generateCase(seed, [shape]).text)).length).toBeGreaterThan(8);
    }
  });

  it('have values that are the same as data', () => {
    const values = seeds
      .flatMap((seed) => generateCase(seed, ['relay']).calls)
      .flatMap(({ types, params }) => types.map((type, i) => [type, params[i] ?? ''] as const));
    expect(values.length).toBeGreaterThan(50);
    for (const [type, plain] of values) expect(toPlain(fromPlain(plain, type), type)).toEqual(plain);
  });

  it('answer the same as what they are equivalent to', async () => {
    const engine = createEngine({ choice: 'direct' });
    let returned = 0;
    for (const seed of seeds.slice(0, 8)) {
      const wide = generateCase(seed, ['wide']);
      const { equivalent } = wide;
      if (equivalent === undefined) throw new Error('there is nothing to compare it with');
      const [one, other] = [
        await runCase(engine, await parse(wide.text), wide),
        await runCase(engine, await parse(equivalent.text), equivalent),
      ];
      const comparison = compareOutcomes(one, other);
      expect(comparison).toMatchObject({ kind: 'same' });
      if (comparison.kind === 'same') returned += comparison.returned;
    }
    expect(returned).toBeGreaterThan(10);
  });

  it.each(['relay', 'async-chain'])(
    'of the shape %s bring values to the host, and its answer back',
    async (shape) => {
      const engine = createEngine({ choice: 'direct' });
      let returned = 0;
      for (const seed of seeds) {
        const relay = generateCase(seed, [shape]);
        const outcome = await runCase(engine, await parse(relay.text), relay);
        expect(outcome.kind).toBe('ran');
        for (const [i, { seen, value, trap }] of (outcome.kind === 'ran' ? outcome.calls : []).entries()) {
          if (trap !== undefined) continue;
          const call = relay.calls[i];
          const answer = relay.host.find(({ name }) => name === call?.func)?.answer;
          expect(seen).toEqual([[call?.func, ...(call?.params ?? [])]]);
          expect(value).toEqual(answer);
          returned++;
        }
      }
      expect(returned).toBeGreaterThan(50);
    },
  );
});

describe('comparing outcomes', () => {
  const returns: CaseOutcome = { kind: 'ran', calls: [{ seen: [['f', '1']], value: '2' }] };
  const traps: CaseOutcome = { kind: 'ran', calls: [{ seen: [], trap: 'unreachable' }] };

  it('is about values and what the host saw, not about the words of traps', () => {
    expect(compareOutcomes(returns, returns)).toEqual({ kind: 'same', returned: 1, trapped: 0 });
    const otherWords: CaseOutcome = { kind: 'ran', calls: [{ seen: [], trap: 'wasm trap' }] };
    expect(compareOutcomes(traps, otherWords)).toEqual({ kind: 'same', returned: 0, trapped: 1 });
    const otherValue: CaseOutcome = { kind: 'ran', calls: [{ seen: [['f', '1']], value: '3' }] };
    const otherParam: CaseOutcome = { kind: 'ran', calls: [{ seen: [['f', '0']], value: '2' }] };
    for (const other of [traps, otherValue, otherParam]) {
      expect(compareOutcomes(returns, other).kind).toBe('differs');
    }
  });

  it('tells what an engine lacks from what it refuses', () => {
    const refused: CaseOutcome = { kind: 'refused', message: 'no' };
    expect(compareOutcomes({ kind: 'unsupported', message: 'threads' }, returns).kind).toBe('unsupported');
    expect(compareOutcomes(refused, refused).kind).toBe('same');
    expect(compareOutcomes(refused, returns)).toMatchObject({ kind: 'differs', where: 'the component' });
  });
});

describe('the options', () => {
  it('are numbers, and shapes that there are', () => {
    expect(readDifferentialOptions(['--cases', '5', '--shapes', 'relay'])).toMatchObject({
      cases: 5,
      seed: 0,
      shapes: ['relay'],
    });
    expect(() => readDifferentialOptions(['--seed', 'x'])).toThrow('--seed x: expected a number');
    expect(() => readDifferentialOptions(['--shapes', 'x'])).toThrow('--shapes x: there are relay, ');
  });
});
