import { parseArgs } from 'node:util';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { compareOutcomes } from './compare.js';
import { generateCase, shapeNames } from './generate.js';
import { runCase } from './run-direct.js';
import { Tally } from './tally.js';
import { WasmtimeEngine } from './wasmtime/engine.js';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '0' },
      shapes: { type: 'string', default: shapeNames.join(',') },
      python: { type: 'string', default: 'python3' },
      show: { type: 'boolean', default: false },
    },
  });
  const shapes = values.shapes.split(',');
  const first = Number(values.seed);
  const last = first + Number(values.cases);
  await using wasmtime = new WasmtimeEngine(values.python);
  const engine = createEngine({ choice: 'direct' });
  const tally = new Tally();
  for (let seed = first; seed < last; seed++) {
    const generated = generateCase(seed, shapes);
    if (values.show) process.stdout.write(`${generated.text}\n${JSON.stringify(generated.calls, null, 1)}\n`);
    const bytes = await parse(generated.text);
    const theirs = wasmtime.run(bytes, generated);
    const ours = await runCase(engine, bytes, generated);
    const comparison = compareOutcomes(ours, await theirs);
    tally.add(generated.shape, comparison);
    if (comparison.kind === 'differs') {
      const { where, ours, theirs } = comparison;
      process.stdout.write(
        `seed ${seed} (${generated.shape}), ${where}:\n  ours:   ${ours}\n  theirs: ${theirs}\n`,
      );
    }
    if ((seed - first + 1) % 500 === 0) process.stderr.write(`  ${seed - first + 1} cases\n`);
  }
  process.stdout.write(tally.render());
  return tally.differences === 0 ? 0 : 1;
}

process.exitCode = await main();
