import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Child, createTempDir, freePort, startNatsServer } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliOutcome, runCli, startCli } from '../src/cli-process.js';
import { serveHttp, startComponent } from '../src/deploy.js';
import { joinLattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
});

const cli = (...args: readonly string[]): Child => startCli(scenario.nats, ...args);

const run = (...args: readonly string[]): Promise<CliOutcome> => runCli(scenario.nats, ...args);

describe('wasmlattice', () => {
  it('lists hosts, as text and as JSON', async () => {
    const { host } = scenario;
    expect(await run('get', 'hosts')).toMatchObject({ code: 0, output: expect.stringContaining(host.id) });
    const json = await run('--output', 'json', 'get', 'hosts');
    expect(JSON.parse(json.output)).toMatchObject([{ id: host.id }]);
  });

  it('deploys the counter application from its manifest, twice with the same result', {
    tags: 'smoke',
  }, async () => {
    await using dir = await createTempDir();
    const port = await freePort();
    const manifest = await manifestFor(dir.path, port);
    const first = await run('app', 'deploy', manifest);
    expect(first.output).toContain('http-counter');
    expect(first.code).toBe(0);
    await scenario.host.child.waitForLine(/listening for HTTP/);
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}/x`)).status, { interval: 50 })
      .toBe(200);
    expect((await run('app', 'deploy', manifest)).code).toBe(0);

    const inventory = await run('--output', 'json', 'get', 'inventory');
    expect(inventory.output).toContain('"http-counter"');
    const links = await run('get', 'links');
    expect(links.output).toContain('keyvalue');
  });

  it('starts a component, calls it, gives it more instances and stops it', async () => {
    const { host } = scenario;
    const start = await run('start', 'component', paths.ops, 'ops', '--host-id', host.id);
    expect(start).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^started component ops on host /),
    });
    const call = async (...args: string[]) => {
      const { code, output } = await run('call', 'ops', ...args);
      return { code, result: JSON.parse(output) as unknown };
    };
    expect(await call('test:ops/shapes@1.0.0.reverse', '{"bytes": "abc"}')).toEqual({
      code: 0,
      result: { base64: 'Y2Jh' },
    });
    const described = await call('describe', '{"circle": 1.5}', 'null', '["filled"]');
    expect(described).toEqual({ code: 0, result: { ok: expect.stringContaining('circle') } });
    expect(await run('call', 'ops', 'shapes.ad', '1', '2')).toMatchObject({
      code: 2,
      output: expect.stringContaining('did you mean shapes.add?'),
    });

    expect((await run('scale', 'component', 'ops', '--max-instances', '7')).code).toBe(0);
    const inventory = JSON.parse((await run('-o', 'json', 'get', 'inventory', host.id)).output) as unknown;
    expect(inventory).toMatchObject([
      { components: expect.arrayContaining([expect.objectContaining({ id: 'ops', max_instances: 7 })]) },
    ]);
    const stopped = scenario.lattice.nextEvent('component_scaled', { component_id: 'ops', max_instances: 0 });
    expect((await run('stop', 'component', 'ops')).code).toBe(0);
    await stopped;
  });

  it('says which file is missing and ends with a failure', async () => {
    const { code, output } = await run('app', 'deploy', '/no/such/wadm.yaml');
    expect(code).not.toBe(0);
    expect(output).toContain('/no/such/wadm.yaml');
  });

  it('fails with the component and the reason when its image is not there', async () => {
    await using dir = await createTempDir();
    const manifest = join(dir.path, 'wadm.yaml');
    await writeFile(
      manifest,
      `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: broken
  annotations: { version: v0.0.1 }
spec:
  components:
    - name: gone
      type: component
      properties: { image: 'file://./gone.wasm' }
      traits: [{ type: spreadscaler, properties: { instances: 1 } }]
`,
    );
    const { code, output } = await run('app', 'deploy', manifest);
    expect(code).not.toBe(0);
    expect(output).toContain('gone.wasm');
  });

  it('runs a host whose components send requests to the Internet without a link, and to nothing of this machine', async () => {
    await using nats = await startNatsServer();
    await using lattice = await joinLattice(nats);
    await using dir = await createTempDir();
    const address = ['--nats-host', nats.host, '--nats-port', String(nats.port)];
    await using up = startCli(nats, 'up', ...address, '--data-dir', dir.path);
    const [, id = ''] = await up.waitForLine(/host started.*\b(N[A-Z2-7]{55})\b/);
    const host = { id, child: up };
    await startComponent(lattice, host, { id: 'fetcher', wasm: paths.fetcher });
    const url = await serveHttp(lattice, host, 'fetcher', await freePort());
    const errorOf = async (to: string): Promise<unknown> => (await fetch(`${url}/?to=${to}/`)).json();
    // As far as anybody gets without the Internet.
    expect(await errorOf('nowhere.invalid')).toMatchObject({ tag: 'DNS-error' });
    expect(await errorOf(new URL(url).host)).toEqual({ tag: 'HTTP-request-denied' });
  });

  it('runs a host in the foreground until Ctrl-C', async () => {
    const { nats, lattice } = scenario;
    await using dir = await createTempDir();
    await using up = cli(
      'up',
      '--nats-host',
      nats.host,
      '--nats-port',
      String(nats.port),
      '--data-dir',
      dir.path,
    );
    const [, id] = await up.waitForLine(/host started.*\b(N[A-Z2-7]{55})\b/);
    up.signal('SIGINT');
    expect(await up.exited).toBe(0);
    await expect
      .poll(() => lattice.events.some((e) => e.source === id && e.type.endsWith('host_stopped')))
      .toBe(true);
  });
});

/** The example's manifest beside copies of what it refers to, on a port of this test's own. */
async function manifestFor(dir: string, port: number): Promise<string> {
  const text = await readFile(paths.counterManifest, 'utf8');
  const wasm = join(dir, 'dist', 'http-counter.wasm');
  await mkdir(dirname(wasm));
  await cp(paths.counter, wasm);
  const manifest = join(dir, 'wadm.yaml');
  await writeFile(
    manifest,
    text
      .replace('127.0.0.1:8000', `127.0.0.1:${port}`)
      .replace(/file:\/\/\S*keyvalue-nats\S*/, `file://${paths.keyvalueProvider}`),
  );
  return manifest;
}
