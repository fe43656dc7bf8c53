// Evaluates a script in an engine and leaves the engine with the memory of that. componentize-js runs this program in place of Wizer, which
// compiles each engine with all optimisations before it evaluates anything; it is called like Wizer: the engine is the last argument, and the
// engine's own arguments are in standard input.
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileEngine, evaluate, GuestExit, takeSnapshot } from './evaluate.js';
import { initializeEngine } from './insert-snapshot.js';
import { keptFiles } from './kept-files.js';

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keep: text,
    output: { ...text, short: 'o' },
    dir: { ...text, multiple: true },
    mapdir: { ...text, multiple: true },
    // What Wizer would have to be told, and is so anyway.
    'allow-wasi': { type: 'boolean' },
    'init-func': text,
    'wasm-bulk-memory': text,
    'inherit-env': text,
  },
});
const [engineFile] = positionals;
// `-o=file` is how Wizer is told.
const output = values.output?.replace(/^=/, '');
if (engineFile === undefined || output === undefined) throw new Error('tell the engine and --output');

/** Variables that componentize-js sets; the shell adds some of its own. */
const engineVariable = /^(?:DEBUG|SOURCE_NAME|FEATURE_CLOCKS|(?:EXPORT|IMPORT)(?:\d+)?_[A-Z]+)$/;
const env: Record<string, string> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value = '']) =>
    engineVariable.test(name) ? [[name, value]] : [],
  ),
);

const preopens = Object.fromEntries([
  ...(values.dir ?? []).map((folder) => [folder, folder]),
  ...(values.mapdir ?? []).map((mapped) => mapped.split('::')),
]);

const args = readFileSync(process.stdin.fd, 'utf8');
const engine = await readFile(engineFile);
if (values.keep !== undefined) await keep(values.keep);
const argsFile = `${output}.arguments`;
writeFileSync(argsFile, args);
const stdin = openSync(argsFile, 'r');
try {
  const system = { env, stdin, stdout: process.stdout.fd, stderr: process.stderr.fd, preopens };
  const instance = await evaluate(await compileEngine(engine), system);
  await writeFile(output, initializeEngine(engine, takeSnapshot(instance)));
} catch (error) {
  // The engine has said why it exits.
  if (!(error instanceof GuestExit))
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  closeSync(stdin);
  rmSync(argsFile);
}

/** Keeps what does not depend on the script. */
async function keep(folder: string): Promise<void> {
  const [, initializer = ''] = args.split(' ');
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await Promise.all([
    writeFile(join(folder, keptFiles.engine), engine),
    copyFile(initializer, join(folder, keptFiles.initializer)),
    writeFile(join(folder, keptFiles.environment), lines.join('')),
  ]);
}
