import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createClient, func, ok, t, witInterface } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import {
  type Child,
  createTempDir,
  freePort,
  startChild,
  startNatsServer,
  type TempDir,
  type TestNatsServer,
} from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCallLoad } from '../src/call-load.js';
import { startHttpLoad } from '../src/http-load.js';
import { joinLattice } from '../src/lattice.js';
import { type PackedFolder, packInto } from '../src/packed-packages.js';
import { cacheDir } from '../src/paths.js';

// What `npm create wasmlattice` makes, with our packages as they are published.

/** Installs and builds on a busy machine. */
const patienceMs = 300_000;

let dir: TempDir;
let folder: PackedFolder;

beforeAll(async () => {
  dir = await createTempDir();
  folder = await packInto(dir.path, [
    'create-wasmlattice',
    '@wasmlattice/cli',
    '@wasmlattice/component-host',
    '@wasmlattice/guest-build',
    '@wasmlattice/provider-sdk',
    '@wasmlattice/wit-types',
  ]);
  await folder.run(dir.path, 'tar', '-xzf', folder.archiveOf('create-wasmlattice'));
  for (const kind of ['component', 'provider']) {
    await folder.run(dir.path, 'node', 'package/bin/create-wasmlattice.js', kind, `my-${kind}`);
  }
  await folder.run(dir.path, 'pnpm', 'install', '--prefer-offline', '--no-frozen-lockfile');
}, patienceMs);
afterAll(() => dir?.[Symbol.asyncDispose]());

/** Runs a project's own command line. */
const wasmlattice = (name: string, nats: TestNatsServer, ...args: readonly string[]): Child =>
  startChild(join(dir.path, name, 'node_modules', '.bin', 'wasmlattice'), ['--nats-url', nats.url, ...args], {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: dir.path,
  });

/** Starts the host that a project comes with, and deploys its manifest with 127.0.0.1:8000 replaced. */
async function deploy(name: string, address: string): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const manifest = join(dir.path, name, 'wadm.yaml');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('127.0.0.1:8000', address));
  const nats = started.use(await startNatsServer());
  const up = started.use(wasmlattice(name, nats, 'up', '--allow-file-load'));
  await up.waitForLine(/host started/);
  const deployed = started.use(wasmlattice(name, nats, 'app', 'deploy', manifest));
  expect([await deployed.exited, deployed.output()]).toEqual([0, expect.anything()]);
  return started.move();
}

/** Develops a project, with `temp` as the place for what is to be gone afterwards. */
const develop = (name: string, temp: TempDir, ...args: readonly string[]): Child =>
  startChild(
    join(dir.path, name, 'node_modules', '.bin', 'wasmlattice'),
    ['dev', join(dir.path, name), ...args],
    {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      NATS_SERVER_BIN: process.env.NATS_SERVER_BIN,
      HOME: dir.path,
      TMPDIR: temp.path,
      WASMLATTICE_CACHE: cacheDir,
    },
  );

/** Saves a file, and gives what is told then, once a line of that matches `until`. */
async function toldOfSave(dev: Child, file: string, changed: string, until: RegExp): Promise<string> {
  const position = dev.output().length;
  // At once, as editors do: half a file is a change of its own.
  const saved = join(dir.path, 'saved.ts');
  await writeFile(saved, changed);
  await rename(saved, file);
  return await dev.waitForOutput((told) => until.test(told), position);
}

it(
  'a component builds, passes its test and answers',
  async () => {
    const project = join(dir.path, 'my-component');
    await folder.run(project, 'pnpm', 'run', 'build');
    await folder.run(project, 'pnpm', 'test');
    const address = `127.0.0.1:${await freePort()}`;
    await using _running = await deploy('my-component', address);
    await expect
      .poll(async () => (await fetch(`http://${address}/?name=Ada`)).text(), { interval: 50 })
      .toBe('Hello, Ada!\n');
  },
  patienceMs,
);

it(
  'a component is served while it is developed: what is saved, not what is broken, and without a lost request',
  async () => {
    const greet = join(dir.path, 'my-component', 'src', 'greet.ts');
    const text = await readFile(greet, 'utf8');
    const address = `127.0.0.1:${await freePort()}`;
    await using temp = await createTempDir();
    await using dev = develop('my-component', temp, '--port', new URL(`http://${address}`).port);
    const answer = async (): Promise<string> => (await fetch(`http://${address}/?name=Ada`)).text();
    /** Saves, and gives what is told until it is served or not. */
    const save = (changed: string): Promise<string> =>
      toldOfSave(dev, greet, changed, /^served .*after the change$|^ {2}@src\/greet/m);
    await dev.waitForLine(/^served$/m);
    expect(await answer()).toBe('Hello, Ada!\n');

    const load = startHttpLoad(`http://${address}/`, 2);
    await load.answers(1);
    const refusal = "if (name === 'Bob') throw new Error('not Bob');";
    await save(text.replace('!\\n', ', changed!\\n').replace('  return', `  ${refusal}\n  return`));
    expect(await answer()).toBe('Hello, Ada, changed!\n');
    const refused = await fetch(`http://${address}/?name=Bob`);
    const reason = await refused.text();
    expect([refused.status, reason]).toEqual([
      500,
      expect.stringMatching(/src\/greet\.ts:3:29 Error: not Bob/),
    ]);
    expect(reason).not.toMatch(/\.js:\d/);
    await dev.waitForLine(/^! src\/greet\.ts:3:29 Error: not Bob$/m);
    expect(await save(`${text}throw new Error('no good');\n`)).toMatch(/src\/greet\.ts:\d+:7 Error: no good/);
    expect(await answer()).toBe('Hello, Ada, changed!\n');
    await save(text.replace('!\\n', ', healed!\\n'));
    expect(await answer()).toBe('Hello, Ada, healed!\n');
    expect((await load.end()).statuses).toEqual(new Set([200]));

    dev.signal('SIGINT');
    expect(await dev.exited).toBe(0);
    await expect(answer()).rejects.toThrow('fetch failed');
    expect(await readdir(temp.path)).toEqual([]);
  },
  patienceMs,
);

it('a provider builds, passes its test, starts, and becomes an archive', async () => {
  const project = join(dir.path, 'my-provider');
  await folder.run(project, 'pnpm', 'run', 'build');
  await folder.run(project, 'pnpm', 'test');
  await using _running = await deploy('my-provider', '');
  await folder.run(project, 'pnpm', 'run', 'archive', '--without-runtime', '--directory', dir.path);
  expect(
    await folder.run(project, 'pnpm', 'exec', 'wasmlattice', 'par', 'inspect', 'my-provider.par.gz'),
  ).toContain('my-provider - Capability Provider');
});

const greetings = witInterface('app:greeter/greet@0.1.0', [
  func('greet', [['name', t.string]], t.result(t.string, t.string)),
]);

it(
  'a provider is served while it is developed: what is saved, not what is broken, and without a lost call',
  async () => {
    const main = join(dir.path, 'my-provider', 'src', 'main.ts');
    const text = await readFile(main, 'utf8');
    await using temp = await createTempDir();
    await using dev = develop('my-provider', temp);
    const save = (changed: string, told = /^served .*after the change$/m): Promise<string> =>
      toldOfSave(dev, main, changed, told);
    const [, url = ''] = await dev.waitForLine(
      /^other commands reach it with --nats-url (\S+) --lattice dev$/m,
    );

    await using stack = new AsyncDisposableStack();
    const lattice = stack.use(await joinLattice({ url }, 'dev'));
    const target = 'my_provider-my_provider';
    await lattice.succeed('link.put', {
      source_id: 'caller',
      target,
      name: 'default',
      wit_namespace: 'app',
      wit_package: 'greeter',
      interfaces: ['greet'],
    });
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'dev' });
    stack.defer(() => invoker.close());
    const headers = { 'source-id': 'caller', 'link-name': 'default' };
    const { greet } = createClient(invoker, { target, interface: greetings, headers });
    const saying = (end: string) => ok(`Hello, Ada${end}`);
    /** The process that is replaced may answer for a moment. */
    const comesTo = (end: string) => expect.poll(() => greet('Ada'), { interval: 50 }).toEqual(saying(end));
    await comesTo('!');

    const calls = startCallLoad(() => greet('Ada'), 2);
    await calls.answers(1);
    await save(text.replace('!`', ', changed!`'));
    await comesTo(', changed!');
    await save(
      text.replace('ok(', 'okay('),
      /what was served before goes on.* TS2304: Cannot find name 'okay'/s,
    );
    await save(`process.exit(3);\n${text}`, /what was served before goes on: .*exited with code 3/s);
    await calls.answers(10);
    await save(text.replace('!`', ', healed!`'));
    await comesTo(', healed!');
    expect(await calls.end()).toEqual([saying('!'), saying(', changed!'), saying(', healed!')]);
    await stack.disposeAsync();

    dev.signal('SIGINT');
    expect(await dev.exited).toBe(0);
    expect(await readdir(temp.path)).toEqual([]);
  },
  patienceMs,
);
