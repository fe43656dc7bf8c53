import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${folder}/README.md`, 'utf8');
const samples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');

let nats: TestNatsServer;

beforeAll(async () => {
  nats = await startNatsServer();
});

afterAll(async () => {
  await nats[Symbol.asyncDispose]();
});

/** Runs the built package as a user would, types stripped by Node.js itself. */
async function run(code: string): Promise<string> {
  const args = ['--input-type=module-typescript', '--no-warnings', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NATS_URL: nats.url, NO_COLOR: '1' },
  });
  return stdout;
}

it('the samples of the README run and print what they say', async () => {
  expect(samples).toHaveLength(2);
  const [greeting, streams] = await Promise.all(samples.map(run));
  expect(greeting).toBe("{ tag: 'ok', val: 'Hello Ada! Hello Ada!' }\n");
  expect(streams).toBe("[ 'HELLO' ]\n[ 'STREAM' ]\n");
});

it('the samples of the README have the types they show', async () => {
  // Within the package: it imports itself by its name.
  const directory = await mkdtemp(join(folder, 'dist', 'readme-'));
  try {
    const names = samples.map((_, i) => `sample-${i}.ts`);
    await Promise.all(names.map((name, i) => writeFile(join(directory, name), `${samples[i]}`)));
    const config = { extends: '../../examples/tsconfig.json', include: names, references: [] };
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config));
    const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
    await promisify(execFile)(process.execPath, [tsc, '-p', directory]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
