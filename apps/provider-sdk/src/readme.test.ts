import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ok } from '@wasmlattice/rpc';
import { keyvalueAtomics } from '@wasmlattice/rpc/interfaces';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProviderHarness } from './testing/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));

let nats: TestNatsServer;
/** Within the package, which imports itself by its name: its samples as files of a user. */
let folder: string;

beforeAll(async () => {
  nats = await startNatsServer();
  folder = await mkdtemp(join(root, 'dist', 'readme-'));
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const samples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  expect(samples).toHaveLength(3);
  for (const [i, name] of ['counters.ts', 'greeter.ts', 'greeter-check.ts'].entries()) {
    await writeFile(join(folder, name), samples[i] ?? '');
  }
  await copyFile(join(root, 'examples/greeter-wit.ts'), join(folder, 'greeter-wit.ts'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await nats[Symbol.asyncDispose]();
});

it('the samples of the README have the types they show', async () => {
  const config = { extends: '../../examples/tsconfig.json', include: ['*.ts'], references: [] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  await promisify(execFile)(process.execPath, [tsc, '-p', folder]);
});

it('the first sample counts', async () => {
  const program = join(folder, 'counters.ts');
  await using harness = await ProviderHarness.connect({ url: nats.url, program, id: 'counters' });
  await harness.start([harness.link('wasi:keyvalue/atomics')]);
  const { increment } = harness.client(keyvalueAtomics);
  expect(await increment('', 'visits', 2n)).toEqual(ok(2n));
  expect(await increment('', 'visits', 3n)).toEqual(ok(5n));
});

it('the first provider passes its test, which is what the examples have', async () => {
  const example = await readFile(join(root, 'examples/greeter.ts'), 'utf8');
  expect(example).toContain(await readFile(join(folder, 'greeter.ts'), 'utf8'));
  const check = join(folder, 'greeter-check.ts');
  const env = { ...process.env, NATS_URL: nats.url };
  await promisify(execFile)(process.execPath, ['--no-warnings', check], { env });
});
