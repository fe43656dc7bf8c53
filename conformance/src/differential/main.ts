import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { UsageError } from '../options.js';
import { compareOutcomes } from './compare.js';
import { generateCase } from './generate.js';
import { type DifferentialOptions, readDifferentialOptions } from './options.js';
import { runCase } from './run-direct.js';
import { Tally } from './tally.js';
import { WasmtimeEngine } from './wasmtime/engine.js';
import { providePython, wasmtimePackage } from './wasmtime/install.js';

/** Cases between two signs of life. */
const reportEach = 1_000;

async function main({ cases, seed: first, shapes, shows }: DifferentialOptions): Promise<number> {
  const python = await providePython((line) => process.stderr.write(`  ${line}\n`));
  await using wasmtime = new WasmtimeEngine(python);
  const engine = createEngine({ choice: 'direct' });
  const tally = new Tally();
  for (let seed = first; seed < first + cases; seed++) {
    const generated = generateCase(seed, shapes);
    const { shape, text, calls } = generated;
    if (shows) process.stdout.write(`${text}\n${JSON.stringify(calls, undefined, 1)}\n`);
    const bytes = await parse(text);
    const { equivalent = generated } = generated;
    const [theirs, ours] = await Promise.all([
      wasmtime.run(equivalent === generated ? bytes : await parse(equivalent.text), equivalent),
      runCase(engine, bytes, generated),
    ]);
    const comparison = compareOutcomes(ours, theirs);
    tally.add(shape, comparison);
    if (comparison.kind === 'differs') {
      const { where } = comparison;
      const lines = [
        `seed ${seed} (${shape}), ${where}:`,
        `ours:   ${comparison.ours}`,
        `theirs: ${comparison.theirs}`,
      ];
      process.stdout.write(`${lines.join('\n  ')}\n`);
    }
    const done = seed - first + 1;
    if (done % reportEach === 0) process.stderr.write(`  ${done} cases\n`);
  }
  process.stdout.write(
    `${wasmtimePackage.name} ${wasmtimePackage.version}, seeds ${first} to ${first + cases - 1}\n\n${tally.render()}`,
  );
  return tally.differences === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(readDifferentialOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`differential: ${error.message}\n`);
  process.exitCode = 2;
}
