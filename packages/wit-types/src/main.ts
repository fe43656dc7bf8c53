import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { saveModule } from './emit/save-module.js';
import { writeModule } from './emit/write-module.js';
import { WitError } from './errors.js';
import { readWorld } from './read-world.js';

const usage = `Usage: wasmlattice-wit-types [FOLDER] [options]

Writes a TypeScript module for providers and clients of the interfaces in a folder of WIT.

  FOLDER         WIT with its dependencies in deps (default wit)
  --world NAME   the world (default the only one)
  --out FILE     where the module goes (default standard output)
  --check        change nothing; exit code 1 when FILE is not what would be written
  -h, --help     print this help
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArguments();
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  const [folder = 'wit', ...more] = positionals;
  if (more.length > 0) throw new WitError(`one folder, not ${positionals.length}: ${positionals.join(' ')}`);
  const { out } = values;
  if (values.check && out === undefined)
    throw new WitError('--check needs the file that it checks: add --out FILE');
  const module = writeModule(
    await readWorld(resolve(folder), values.world),
    `the folder ${basename(resolve(folder))}`,
  );
  if (out === undefined) process.stdout.write(module);
  else if (!values.check) await saveModule(out, module);
  else if ((await readFile(out, 'utf8').catch(() => '')) !== module) {
    throw new WitError(`${out} is not what ${folder} says now: run the same command without --check`);
  }
}

function parseArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        world: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new WitError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof WitError)) throw error;
  process.stderr.write(`wasmlattice-wit-types: ${error.message}\n`);
  process.exitCode = 1;
}
