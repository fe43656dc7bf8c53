import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTempDir, freePort, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliOutcome, runCli } from '../src/cli-process.js';
import { stopComponent } from '../src/deploy.js';
import { isAlive } from '../src/isolated-processes.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let dir: TempDir;

beforeAll(async () => {
  scenario = await startScenario({ args: ['--provider-start-timeout-ms', '60000'] });
  dir = await createTempDir();
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

const cli = (...args: readonly string[]): Promise<CliOutcome> => runCli(scenario.nats, ...args);

/** Writes a manifest and deploys it. */
async function deploy(name: string, ...components: readonly object[]): Promise<CliOutcome> {
  const file = join(dir.path, `${name}.json`);
  const manifest = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, annotations: {} },
    spec: { components },
  };
  await writeFile(file, JSON.stringify(manifest));
  return await cli('app', 'deploy', file);
}

interface Config {
  readonly [key: string]: string;
}

/** A config of its own for one side of a link or one provider. */
const config = (name: string, properties: Config): object => ({ name, properties });

const link = (target: string, interfaces: string, configs: Record<string, object[]>): object => {
  const [namespace, pkg, iface] = interfaces.split(/[:/]/);
  return {
    type: 'link',
    properties: { target, namespace, package: pkg, interfaces: iface?.split(','), ...configs },
  };
};

const component = (name: string, wasm: string, ...links: readonly object[]): object => ({
  name,
  type: 'component',
  properties: { id: name, image: `file://${wasm}` },
  traits: [{ type: 'spreadscaler', properties: { instances: 4 } }, ...links],
});

const provider = (name: string, image: string, configs: object[] = [], ...links: object[]): object => ({
  name,
  type: 'capability',
  properties: { id: name, image, config: configs },
  traits: links,
});

const httpServer = (name: string, target: string, source: Config): object =>
  provider(
    name,
    'wasmcloud+builtin://http-server',
    [],
    link(target, 'wasi:http/incoming-handler', { source_config: [config(`${name}-address`, source)] }),
  );

/** Status and text of what an address answers, or that nobody does. */
async function answerOf(port: number, path = '/'): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
    return `${response.status} ${(await response.text()).trim()}`;
  } catch {
    return 'closed';
  }
}

const statusOf = async (port: number, path?: string): Promise<string> =>
  (await answerOf(port, path)).slice(0, 6).replace(/ .*/, '');

describe('a changed value of a config of a link', () => {
  it('moves an HTTP link: the new address answers and the old one is closed', async () => {
    const [before, after, last] = [await freePort(), await freePort(), await freePort()];
    const app = (port: number): Promise<CliOutcome> =>
      deploy(
        'moving',
        component('moving-hello', paths.hello),
        httpServer('moving-http', 'moving-hello', { address: `127.0.0.1:${port}` }),
      );
    expect(await app(before)).toMatchObject({ code: 0 });
    expect(await statusOf(before)).toBe('200');
    expect(await app(after)).toMatchObject({ code: 0 });
    expect([await statusOf(before), await statusOf(after)]).toEqual(['closed', '200']);
    // By hand as well.
    const name = 'moving-moving_http_address';
    await cli('config', 'put', name, `address=127.0.0.1:${last}`);
    const again = ['moving-http', 'moving-hello', 'wasi', 'http', '--interface', 'incoming-handler'];
    expect(await cli('link', 'put', ...again, '--source-config', name)).toMatchObject({ code: 0 });
    expect([await statusOf(after), await statusOf(last)]).toEqual(['closed', '200']);
  });

  it('leads to another bucket', async () => {
    const port = await freePort();
    const app = (bucket: string): Promise<CliOutcome> =>
      deploy(
        'buckets',
        component(
          'buckets-counter',
          paths.counter,
          link('buckets-store', 'wasi:keyvalue/store,atomics', {
            target_config: [config('bucket', { bucket, enable_bucket_auto_create: 'true' })],
          }),
        ),
        provider('buckets-store', `file://${paths.keyvalueProvider}`),
        httpServer('buckets-http', 'buckets-counter', { address: `127.0.0.1:${port}` }),
      );
    expect(await app('six')).toMatchObject({ code: 0 });
    expect(await answerOf(port, '/a')).toMatch(/^200 .*\b1\b/);
    expect(await answerOf(port, '/a')).toMatch(/^200 .*\b2\b/);
    expect(await app('seven')).toMatchObject({ code: 0 });
    expect(await answerOf(port, '/a')).toMatch(/^200 .*\b1\b/);
    expect(await app('six')).toMatchObject({ code: 0 });
    expect(await answerOf(port, '/a')).toMatch(/^200 .*\b3\b/);
  });
});

describe('the configs of a provider', () => {
  it('are those of the manifest after each deployment, without a restart', async () => {
    const { child } = scenario.host;
    const all = { limits: config('limits', { most: '9' }), place: config('place', { zone: 'b' }) };
    const app = (...configs: object[]): Promise<CliOutcome> =>
      deploy('configured', provider('configured', `file://${paths.toldProvider}`, configs));
    expect(await app(all.limits)).toMatchObject({ code: 0 });
    await child.waitForLine(/told config: most=9\..*configured/);
    const second = await app(all.limits, all.place);
    expect(second).toMatchObject({ code: 0, output: expect.stringContaining('its configs') });
    await child.waitForLine(/told config: most=9 zone=b\..*configured/);
    expect(await app(all.place)).toMatchObject({ code: 0 });
    await child.waitForLine(/told config: zone=b\..*configured/);
    expect(await app(config('place', { zone: 'c' }))).toMatchObject({ code: 0 });
    await child.waitForLine(/told config: zone=c\..*configured/);
    expect(child.output().match(/told provider starts|provider starts.*configured/g)).toHaveLength(1);
    expect((await cli('get', 'inventory')).output).toMatch(/configured +running .*configured-place/);
  });
});

describe('a link that fails', () => {
  it('is refused with the reason, listed, and works once its cause is gone', async () => {
    const port = await freePort();
    const { host, lattice } = scenario;
    await deploy(
      'rivals',
      component('rivals-one', paths.hello),
      component('rivals-two', paths.hello),
      provider('rivals-http', 'wasmcloud+builtin://http-server'),
    );
    await cli('config', 'put', 'rivals-address', `address=127.0.0.1:${port}`);
    const put = (target: string): Promise<CliOutcome> =>
      cli(
        ...['link', 'put', 'rivals-http', target, 'wasi', 'http', '--interface', 'incoming-handler'],
        ...['--link-name', target, '--source-config', 'rivals-address'],
      );
    expect(await put('rivals-one')).toMatchObject({ code: 0 });
    const reason = `address 127.0.0.1:${port} is taken by link rivals-one`;
    expect(await put('rivals-two')).toMatchObject({ code: 1, output: expect.stringContaining(reason) });
    const event = await lattice.event('linkdef_set_failed', { target: 'rivals-two' });
    expect(event.source).toBe(host.id);
    expect(event.data.error).toContain(reason);
    expect((await cli('get', 'links')).output).toMatch(
      new RegExp(`rivals-http +rivals-two .*failed .*${reason}`),
    );
    expect((await cli('get', 'inventory')).output).toContain(reason);
    const gone = await cli('link', 'del', 'rivals-http', 'wasi', 'http', '--link-name', 'rivals-one');
    expect(gone).toMatchObject({ code: 0 });
    expect(await statusOf(port)).toBe('200');
    expect((await cli('get', 'links')).output).not.toContain(reason);
    expect(await put('rivals-two')).toMatchObject({ code: 0 });
  });

  it.each([
    [
      'an address in use',
      async (used: number) => `127.0.0.1:${used}`,
      /it is in use: stop what listens there/,
    ],
    ['a host name', async () => `localhost:${await freePort()}`, /address must be an IP address and a port/],
  ])('on %s fails its deployment with the reason', async (what, address, reason) => {
    const name = `failing-${what.replaceAll(' ', '-')}`;
    await using other = await listenElsewhere();
    const failing = await deploy(
      name,
      component(`${name}-hello`, paths.hello),
      httpServer(`${name}-http`, `${name}-hello`, { address: await address(other.port) }),
    );
    expect(failing.output).toMatch(reason);
    expect(failing.code).toBe(1);
    expect((await cli('get', 'links')).output).toMatch(reason);
  });

  it('because its provider says no fails its deployment with what that says', async () => {
    const app = (values: Config): Promise<CliOutcome> =>
      deploy(
        'refused',
        component(
          'refused-counter',
          paths.counter,
          link('refused-store', 'wasi:keyvalue/store,atomics', {
            target_config: [config('refused-link', values)],
          }),
        ),
        provider('refused-store', `file://${paths.toldProvider}`),
      );
    const failing = await app({ refuse: 'there is no such bucket' });
    expect(failing.output).toMatch(/refused-counter wasi:keyvalue to refused-store.*there is no such bucket/);
    expect(failing.code).toBe(1);
    expect(await app({ fine: 'yes' })).toMatchObject({ code: 0 });
    await scenario.host.child.waitForLine(/told link of refused-counter: fine=yes\./);
  });
});

describe('a provider that does not come up', () => {
  const script = async (name: string, code: string): Promise<string> => {
    const file = join(dir.path, `${name}.mjs`);
    await writeFile(file, code);
    return `file://${file}`;
  };

  it('fails its deployment with exit code and last words when its process ends at once', async () => {
    const image = await script('broken', `console.error('no license found'); process.exit(3);`);
    const failing = await deploy('broken', provider('broken', image));
    expect(failing.output).toContain(
      'it exited with code 3 before it served; its last words: no license found',
    );
    expect(failing.code).toBe(1);
    expect((await cli('get', 'inventory')).output).not.toContain('broken.mjs');
  });

  it('fails its deployment when its process never answers, and leaves none behind', async () => {
    await using deaf = await startScenario({ args: ['--provider-start-timeout-ms', '5000'] });
    const image = await script('deaf', `console.error('pid ' + process.pid); setInterval(() => {}, 1000);`);
    const file = join(dir.path, 'deaf.json');
    const spec = { components: [provider('deaf', image)] };
    const head = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application' };
    await writeFile(file, JSON.stringify({ ...head, metadata: { name: 'deaf', annotations: {} }, spec }));
    const failing = await runCli(deaf.nats, 'app', 'deploy', file);
    expect(failing.output).toMatch(/did not answer a health request within 5000 ms; its last words: pid \d+/);
    expect(failing.code).toBe(1);
    const [, pid] = /pid (\d+)/.exec(failing.output) ?? [];
    await expect.poll(() => isAlive(Number(pid))).toBe(false);
  });
});

describe('what is deployed', () => {
  it('serves at once when its provider was started again', async () => {
    const port = await freePort();
    const { host, lattice } = scenario;
    const app = (): Promise<CliOutcome> =>
      deploy(
        'prompt',
        component(
          'prompt-counter',
          paths.counter,
          link('prompt-store', 'wasi:keyvalue/store,atomics', {
            target_config: [config('prompt-bucket', { bucket: 'prompt', enable_bucket_auto_create: 'true' })],
          }),
        ),
        provider('prompt-store', `file://${paths.keyvalueProvider}`),
        httpServer('prompt-http', 'prompt-counter', { address: `127.0.0.1:${port}` }),
      );
    expect(await app()).toMatchObject({ code: 0 });
    for (const visit of [1, 2]) {
      await lattice.succeed(`provider.stop.${host.id}`, { provider_id: 'prompt-store', host_id: host.id });
      expect(await app()).toMatchObject({ code: 0 });
      expect(await answerOf(port, '/a')).toMatch(new RegExp(`^200 .*\\b${visit}\\b`));
    }
  });

  it('closes its address when its link goes while a request runs, and listens again', async () => {
    const port = await freePort();
    const { host, lattice } = scenario;
    const app = (): Promise<CliOutcome> =>
      deploy(
        'leaving',
        component('leaving-probe', paths.probe),
        httpServer('leaving-http', 'leaving-probe', { address: `127.0.0.1:${port}` }),
      );
    expect(await app()).toMatchObject({ code: 0 });
    const slow = statusOf(port, '/slow?ms=60000');
    await host.child.waitForLine(/slow begins/);
    const stopped = stopComponent(lattice, host, { id: 'leaving-probe', wasm: paths.probe });
    expect(await cli('link', 'del', 'leaving-http', 'wasi', 'http')).toMatchObject({ code: 0 });
    await stopped;
    expect(await slow).toBe('503');
    expect(await statusOf(port)).toBe('closed');
    expect(await app()).toMatchObject({ code: 0 });
    expect(await statusOf(port, '/headers')).toBe('200');
  });
});

/** A server of somebody else. */
async function listenElsewhere(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('what nobody can have meant', () => {
  const put = (source: string, target: string, ...rest: string[]): Promise<CliOutcome> =>
    cli('link', 'put', source, target, ...rest);
  const http = ['wasi', 'http', '--interface', 'incoming-handler'];

  it('a provider is not linked to a provider', async () => {
    await deploy(
      'pair',
      component('pair-hello', paths.hello),
      provider('pair-http', 'wasmcloud+builtin://http-server'),
      provider('pair-store', `file://${paths.keyvalueProvider}`),
    );
    for (const [source, target] of [
      ['pair-http', 'pair-store'],
      ['pair-store', 'pair-http'],
    ] as const) {
      const refused = await put(source, target, ...http);
      expect(refused.output).toContain(`the provider ${source} cannot be linked to the provider ${target}`);
      expect(refused.code).toBe(1);
    }
    expect((await cli('get', 'links')).output).not.toContain('pair-');
  });

  it('a misspelt address opens no other one, and says what was meant', async () => {
    await deploy(
      'misspelt',
      component('misspelt-hello', paths.hello),
      provider('misspelt-http', 'wasmcloud+builtin://http-server'),
    );
    await cli('config', 'put', 'misspelt-address', 'adress=127.0.0.1:1');
    const before = await statusOf(8000);
    const refused = await put(
      'misspelt-http',
      'misspelt-hello',
      ...http,
      '--source-config',
      'misspelt-address',
    );
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('did you mean "address"?') });
    expect(await statusOf(8000)).toBe(before);
  });

  it('subscriptions on the side of the component are refused with the place they belong to', async () => {
    await deploy(
      'misplaced',
      component('misplaced-hello', paths.hello),
      provider('misplaced-bus', `file://${paths.messagingProvider}`),
    );
    await cli('config', 'put', 'misplaced-subjects', 'subscriptions=orders.*');
    const handler = ['wasmcloud', 'messaging', '--interface', 'handler'];
    const refused = await put(
      'misplaced-bus',
      'misplaced-hello',
      ...handler,
      '--target-config',
      'misplaced-subjects',
    );
    expect(refused.output).toContain('put it into the source config');
    expect(refused.code).toBe(1);
    expect((await cli('get', 'links')).output).toMatch(/misplaced-bus +misplaced-hello .*failed/);
  });
});
