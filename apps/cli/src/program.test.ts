import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './program.js';
import type { FakeHost, FakeHostOptions } from './testing/fake-host.js';
import { startFakeHost } from './testing/fake-host.js';
import type { TestIo } from './testing/test-io.js';
import { createTestIo } from './testing/test-io.js';
import { cliVersion } from './version.js';

let server: TestNatsServer;
let folder: string;
const hosts: FakeHost[] = [];

const firstId = 'NA1';
const secondId = 'NB2';

beforeAll(async () => {
  server = await startNatsServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmlattice-cli-'));
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function host(options: Partial<FakeHostOptions> = {}): Promise<FakeHost> {
  const started = await startFakeHost({
    url: server.url,
    hostId: firstId,
    friendlyName: 'calm-fox-0001',
    ...options,
  });
  hosts.push(started);
  return started;
}

/** Runs a command line with short waits and returns what it wrote. */
async function cli(...argv: string[]): Promise<TestIo & { code: number }> {
  const io = createTestIo({ WASMLATTICE_NATS_URL: server.url }, folder);
  const code = await runCli([...argv, '--timeout-ms', '300'], io);
  return Object.assign(io, { code });
}

describe('get', () => {
  it('lists the hosts as a table', async () => {
    await host({ labels: { zone: 'a' } });
    const { code, errors, output } = await cli('get', 'hosts');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toBe(
      'NAME           HOST ID  VERSION  UPTIME  LABELS\ncalm-fox-0001  NA1      1.2.3    5s      zone=a\n',
    );
  });

  it('lists the hosts as JSON with the field names of the protocol', async () => {
    await host();
    const { output } = await cli('get', 'hosts', '--output', 'json');
    expect(JSON.parse(output)).toMatchObject([{ id: firstId, friendly_name: 'calm-fox-0001' }]);
  });

  it('lists what tokens say, as a table and as JSON with the field names of the protocol', async () => {
    const kv = {
      kind: 'provider',
      issuer: 'AI',
      name: 'kv',
      revision: '2',
      subject: 'V1',
      version: '0.2.0',
    } as const;
    const more = { callAlias: '', tags: ['a'] };
    await host({ claims: [kv, { ...kv, ...more, kind: 'component', name: 'hello', subject: 'M1' }] });
    expect((await cli('get', 'claims')).output).toBe(
      [
        'NAME   KIND       VERSION  REVISION  SUBJECT  ISSUER',
        'hello  component  0.2.0    2         M1       AI',
        'kv     provider   0.2.0    2         V1       AI',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await cli('get', 'claims', '-o', 'json')).output)).toMatchObject([
      { sub: 'M1', iss: 'AI', tags: 'a' },
      { sub: 'V1', rev: '2' },
    ]);
  });

  it('says what to do when no host answers', async () => {
    const { code, errors } = await cli('get', 'hosts', '--lattice', 'empty');
    expect(code).toBe(3);
    expect(errors).toBe(
      'error: no host answers in lattice `empty`\ncheck: start one with `wasmlattice up`, or name another lattice with --lattice\n',
    );
  });

  it('shows the inventory of a host by the beginning of its name', async () => {
    const calm = await host();
    await host({ hostId: secondId, friendlyName: 'bold-owl-0002' });
    calm.components.set('hello', {
      id: 'hello',
      imageRef: 'file:///hello.wasm',
      annotations: {},
      maxInstances: 4,
      revision: 0,
    });
    const { output } = await cli('get', 'inventory', 'calm');
    expect(output).toContain('Host calm-fox-0001 (NA1), version 1.2.3, up 5s');
    expect(output).toMatch(/hello\s+4\s+file:\/\/\/hello\.wasm/);
    expect(output).not.toContain('bold-owl');
    expect((await cli('get', 'inventory')).output).toContain('bold-owl');
  });

  it('refuses a host name that fits several or none', async () => {
    await host();
    await host({ hostId: secondId, friendlyName: 'calm-owl-0002' });
    const several = await cli('get', 'inventory', 'calm');
    expect(several.code).toBe(2);
    expect(several.errors).toContain('`calm` fits 2 hosts');
    expect((await cli('get', 'inventory', 'x')).errors).toContain('calm-owl-0002 (NB2)');
  });

  it('lists links', async () => {
    await host();
    await cli('link', 'put', 'hello', 'store', 'wasi', 'keyvalue', '--interface', 'store', 'atomics');
    const { output } = await cli('get', 'links');
    expect(output).toMatch(/hello\s+store\s+wasi:keyvalue\/store,atomics\s+default/);
    expect((await cli('get', 'links', '-o', 'json')).output).toContain('"source_id": "hello"');
  });

  it('streams events until it is interrupted', async () => {
    await host();
    const io = createTestIo({ WASMLATTICE_NATS_URL: server.url });
    const seen = Promise.withResolvers<void>();
    const line = Promise.withResolvers<string>();
    const running = runCli(['get', 'events', '--output', 'json'], {
      ...io,
      out: (text) => line.resolve(text),
      signal: io.signal,
    });
    // The stream says nothing until an event comes: puts go on until one is seen.
    void line.promise.then(() => seen.resolve());
    let done = false;
    void seen.promise.then(() => {
      done = true;
    });
    while (!done) await cli('config', 'put', 'greeting', 'word=hello');
    expect(JSON.parse(await line.promise)).toMatchObject({
      source: firstId,
      type: 'com.wasmcloud.lattice.config_set',
      data: { config_name: 'greeting' },
    });
    io.interrupt();
    expect(await running).toBe(0);
  });

  it('streams on after a restart of the server, and tells of both its end and its return', async () => {
    const first = await startNatsServer();
    const io = createTestIo({ WASMLATTICE_NATS_URL: first.url });
    const running = runCli(['get', 'events'], io);
    await expect.poll(() => io.errors).toContain('events of lattice default');
    await first[Symbol.asyncDispose]();
    await expect.poll(() => io.errors).toContain('warning: NATS connection lost, reconnecting\n');
    await using _second = await startNatsServer({ port: first.port });
    await expect.poll(() => io.errors).toContain('note: NATS connection is back\n');
    io.interrupt();
    expect(await running).toBe(0);
  });
});

describe('config', () => {
  it('puts, shows and removes', async () => {
    const { lattice } = await host();
    expect(await cli('config', 'put', 'greeting', 'word=hello', 'mark=a=b')).toMatchObject({ code: 0 });
    expect(lattice.configs.get('greeting')).toEqual({ word: 'hello', mark: 'a=b' });
    expect((await cli('config', 'get', 'greeting')).output).toBe('word=hello\nmark=a=b\n');
    expect(JSON.parse((await cli('config', 'get', 'greeting', '-o', 'json')).output)).toEqual({
      word: 'hello',
      mark: 'a=b',
    });
    expect((await cli('config', 'del', 'greeting')).output).toBe('removed config greeting\n');
    const missing = await cli('config', 'get', 'greeting');
    expect(missing.code).toBe(1);
    expect(missing.errors).toContain('error: there is no config `greeting`');
  });

  it('refuses values without a key', async () => {
    expect(await cli('config', 'put', 'greeting', 'hello')).toMatchObject({
      code: 2,
      errors: 'error: the value is `hello`\ncheck: write it as key=value\n',
    });
  });
});

describe('link', () => {
  it('puts and removes', async () => {
    const { lattice } = await host();
    expect(
      await cli('link', 'put', 'a', 'b', 'wasi', 'keyvalue', '--interface', 'store', '--link-name', 'x'),
    ).toMatchObject({ code: 0, output: 'linked a to b for wasi:keyvalue/store\n' });
    expect(lattice.links).toMatchObject([{ sourceId: 'a', target: 'b', name: 'x', interfaces: ['store'] }]);
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--link-name', 'x')).toMatchObject({
      code: 0,
      output: 'removed the link of a for wasi:keyvalue to b\n',
    });
    expect(lattice.links).toEqual([]);
  });

  const putLink = (target: string, ...interfaces: string[]) =>
    cli('link', 'put', 'a', target, 'wasi', 'keyvalue', '--interface', ...interfaces);

  it('fails to remove what is not there, and says what is', async () => {
    await host();
    await putLink('b', 'store');
    expect(await cli('link', 'del', 'nobody', 'wasi', 'keyvalue')).toMatchObject({
      code: 1,
      errors:
        'error: there is no link nobody wasi:keyvalue\n' +
        'check: `wasmlattice get links` lists those there are; a link that has a name is removed with --link-name\n',
    });
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--target', 'c')).toMatchObject({
      code: 1,
      errors: 'error: there is no link a wasi:keyvalue to c\ncheck: there is one to b\n',
    });
  });

  it('of several removes none until it is told which', async () => {
    const { lattice } = await host();
    await putLink('b', 'store');
    await putLink('c', 'atomics', 'batch');
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue')).toMatchObject({
      code: 2,
      errors:
        'error: there are 2 links a wasi:keyvalue: to b for store; to c for atomics, batch\n' +
        'check: say which one with --target, or remove them with --all\n',
    });
    expect(lattice.links).toHaveLength(2);
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--target', 'c')).toMatchObject({
      code: 0,
      output: 'removed the link of a for wasi:keyvalue to c\n',
    });
    expect(lattice.links).toMatchObject([{ target: 'b' }]);
    await putLink('c', 'atomics');
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--all')).toMatchObject({ code: 0 });
    expect(lattice.links).toEqual([]);
  });

  it('gives back what a host takes that knows no targets', async () => {
    const { lattice } = await host({ ignoresTargets: true });
    await putLink('b', 'store');
    await putLink('c', 'atomics');
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--target', 'c')).toMatchObject({ code: 0 });
    expect(lattice.links).toMatchObject([{ target: 'b', interfaces: ['store'] }]);
  });

  it('says which interfaces a second put takes away, and adds to them if asked', async () => {
    const { lattice } = await host();
    await putLink('b', 'store', 'batch');
    expect(await putLink('b', 'atomics', 'batch')).toMatchObject({
      output: 'linked a to b for wasi:keyvalue/atomics,batch, no longer for store: --add keeps them\n',
    });
    expect(
      await cli('link', 'put', 'a', 'b', 'wasi', 'keyvalue', '--interface', 'store', '--add'),
    ).toMatchObject({ output: 'linked a to b for wasi:keyvalue/atomics,batch,store\n' });
    expect(lattice.links).toMatchObject([{ interfaces: ['atomics', 'batch', 'store'] }]);
  });

  it('tells the words of a host that refuses', async () => {
    await host();
    const { code, errors } = await cli(
      ...['link', 'put', 'a', 'b', 'wasi', 'keyvalue', '--interface', 'store', '--target-config', 'none'],
    );
    expect(code).toBe(1);
    expect(errors).toMatch(/^error: .*Configuration none not found in config store.*\ncheck: .*\n$/);
  });
});

describe('stop host', () => {
  it('stops the only host and waits for its goodbye', async () => {
    const { requests } = await host();
    expect(await cli('stop', 'host')).toMatchObject({
      code: 0,
      output: 'stopped host calm-fox-0001 (NA1)\n',
    });
    expect(requests).toEqual(['stop host']);
  });

  it('does not choose among several', async () => {
    const { requests } = await host();
    await host({ hostId: secondId, friendlyName: 'bold-owl-0002' });
    expect(await cli('stop', 'host')).toMatchObject({ code: 2 });
    expect(requests).toEqual([]);
  });
});

const manifest = `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: counter
spec:
  components:
    - name: counter
      type: component
      properties:
        image: file://./counter.wasm
        config:
          - name: words
            properties: { greeting: hello }
      traits:
        - type: spreadscaler
          properties: { instances: 4 }
        - type: link
          properties:
            target: { name: store, config: [{ name: bucket, properties: { bucket: counts } }] }
            namespace: wasi
            package: keyvalue
            interfaces: [atomics]
    - name: store
      type: capability
      properties: { image: file://./store.mjs }
    - name: http
      type: capability
      properties: { image: wasmcloud+builtin://http-server }
      traits:
        - type: link
          properties: { target: counter, namespace: wasi, package: http, interfaces: [incoming-handler] }
`;

async function writeApp(text = manifest): Promise<void> {
  await writeFile(join(folder, 'app.yaml'), text);
  await writeFile(join(folder, 'counter.wasm'), '');
  await writeFile(join(folder, 'store.mjs'), '');
}

describe('app deploy', () => {
  const image = () => pathToFileURL(join(folder, 'counter.wasm')).href;

  it('brings everything up in order and tells each step', async () => {
    const { components, lattice, providers, requests } = await host();
    await writeApp();
    const { code, errors, output } = await cli('app', 'deploy', 'app.yaml');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(requests).toEqual([
      'config counter-words',
      'config counter-bucket',
      'link counter-counter counter-store',
      'start counter-store',
      'start counter-http',
      'scale counter-counter 4',
      'link counter-http counter-counter',
    ]);
    expect(output.split('\n').slice(0, -2)).toEqual([
      '[1/7] put config counter-words',
      '[2/7] put config counter-bucket',
      '[3/7] link counter-counter wasi:keyvalue to counter-store',
      '[4/7] start provider counter-store on calm-fox-0001',
      '[5/7] start provider counter-http on calm-fox-0001',
      '[6/7] scale component counter-counter to 4 on calm-fox-0001',
      '[7/7] link counter-http wasi:http to counter-counter',
    ]);
    expect(output).toMatch(/\ndeployed counter in \d+ ms\n$/);
    expect(components.get('counter-counter')).toMatchObject({
      imageRef: image(),
      maxInstances: 4,
      annotations: {
        'wasmcloud.dev/managed-by': 'wasmlattice',
        'wasmcloud.dev/appspec': 'counter',
        'wasmcloud.dev/spread_name': 'default',
      },
    });
    expect(providers.get('counter-store')?.imageRef).toBe(join(folder, 'store.mjs'));
    expect(lattice.configs.get('counter-words')).toEqual({ greeting: 'hello' });
  });

  it('changes nothing that is as wanted when it runs again', async () => {
    const { requests } = await host();
    await writeApp();
    await cli('app', 'deploy', 'app.yaml');
    requests.length = 0;
    const { code, output } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(0);
    expect(output).toContain('provider counter-store already runs on calm-fox-0001');
    expect(requests.filter((request) => request.startsWith('start'))).toEqual([]);
  });

  it.each([
    [true, ['update counter-store']],
    [false, ['update counter-store', 'stop counter-store', 'start counter-store']],
  ])(
    'gives a provider other configs, in place where the host can: %s',
    async (updatesProviders, expected) => {
      const { providers, requests } = await host({ updatesProviders });
      await writeApp();
      await cli('app', 'deploy', 'app.yaml');
      requests.length = 0;
      const configured = manifest.replace(
        '{ image: file://./store.mjs }',
        '{ image: file://./store.mjs, config: [{ name: limits, properties: { most: "9" } }] }',
      );
      await writeApp(configured);
      expect(await cli('app', 'deploy', 'app.yaml')).toMatchObject({
        code: 0,
        output: expect.stringContaining('give provider counter-store on calm-fox-0001 its configs'),
      });
      expect(requests.filter((request) => /^(start|stop|update) counter-store/.test(request))).toEqual(
        expected,
      );
      expect(providers.get('counter-store')?.config).toEqual(['counter-limits']);
    },
  );

  it('fails with the reason of a host when a link does not work, and lists it', async () => {
    await host({ failingLinks: { 'counter-store': 'there is no bucket' } });
    await writeApp();
    const { code, errors, output } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(1);
    expect(errors).toContain(
      'error: counter is deployed but does not serve: the link counter-counter wasi:keyvalue to counter-store failed: there is no bucket\n',
    );
    expect(output).not.toContain('deployed counter in');
    expect((await cli('get', 'links')).output).toMatch(/counter-store .*failed +there is no bucket/);
    expect((await cli('get', 'inventory')).output).toContain('to counter-store failed: there is no bucket');
    const json = await cli('get', 'links', '-o', 'json');
    expect(JSON.parse(json.output)).toContainEqual(
      expect.objectContaining({ target: 'counter-store', state: 'failed', reason: 'there is no bucket' }),
    );
  });

  it('goes on to a changed manifest: new image, new scale, moved link, component gone', async () => {
    const { components, lattice, providers, requests } = await host();
    await writeApp();
    await cli('app', 'deploy', 'app.yaml');
    await writeFile(join(folder, 'next.wasm'), '');
    await writeFile(join(folder, 'other.mjs'), '');
    requests.length = 0;
    await writeApp(
      manifest
        .replace('file://./counter.wasm', 'file://./next.wasm')
        .replace('instances: 4', 'instances: 9')
        .replace('name: store,', 'name: other,')
        .replace('name: store\n', 'name: other\n')
        .replace('store.mjs', 'other.mjs'),
    );
    expect(await cli('app', 'deploy', 'app.yaml')).toMatchObject({ code: 0, errors: '' });
    expect(components.get('counter-counter')).toMatchObject({
      imageRef: pathToFileURL(join(folder, 'next.wasm')).href,
      maxInstances: 9,
    });
    expect([...providers.keys()].sort()).toEqual(['counter-http', 'counter-other']);
    expect(lattice.links.map(({ target }) => target).sort()).toEqual(['counter-counter', 'counter-other']);
    expect(requests).toContain('unlink counter-counter keyvalue');
  });

  it('ends with the error of the host when a component does not start', async () => {
    await writeApp();
    await host({ broken: [image()] });
    const { code, errors, output } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(1);
    expect(errors).toBe(
      `error: could not scale component counter-counter to 4 on calm-fox-0001: failed to fetch component: ${image()}\n` +
        `check: check the image ${image()} and the log of host calm-fox-0001\n`,
    );
    expect(output).not.toContain('deployed');
  });

  it('ends with the error of the host when a provider does not start', async () => {
    await writeApp();
    await host({ broken: [pathToFileURL(join(folder, 'store.mjs')).href] });
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(1);
    expect(errors).toContain(
      'could not start provider counter-store on calm-fox-0001: it cannot be executed',
    );
  });

  it('explains a host that keeps silent about a built-in provider', async () => {
    await writeApp();
    await host({ unanswered: ['wasmcloud+builtin://http-server'] });
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(1);
    expect(errors).toContain('as hosts do when this built-in provider is off');
  });

  it('ends when the outcome of a step stays unknown', async () => {
    await writeApp();
    await host({ mute: [image()] });
    const { code, errors } = await cli('app', 'deploy', 'app.yaml', '--wait-ms', '100');
    expect(code).toBe(1);
    expect(errors).toContain('its outcome is not known after 100 ms\ncheck: ');
  });

  it('ends at once when it is interrupted, and goes on from there when it runs again', async () => {
    await writeApp();
    const silent = await host({ mute: [image()] });
    const io = createTestIo({ WASMLATTICE_NATS_URL: server.url }, folder);
    const code = await runCli(['app', 'deploy', 'app.yaml', '--timeout-ms', '300'], {
      ...io,
      out(text) {
        if (text.includes('scale component')) io.interrupt();
      },
    });
    expect(code).toBe(130);
    await silent.stop();
    hosts.length = 0;
    const { components } = await host({ lattice: silent.lattice });
    expect(await cli('app', 'deploy', 'app.yaml')).toMatchObject({ code: 0 });
    expect(components.has('counter-counter')).toBe(true);
  });

  it('chooses the host by its labels', async () => {
    const lattice = { links: [], configs: new Map() };
    const plain = await host({ lattice });
    const edge = await host({
      lattice,
      hostId: secondId,
      friendlyName: 'edge-owl-0002',
      labels: { zone: 'edge' },
    });
    await writeApp(
      manifest.replace(
        'instances: 4',
        'instances: 4, spread: [{ name: edge, requirements: { zone: edge } }]',
      ),
    );
    expect(await cli('app', 'deploy', 'app.yaml')).toMatchObject({ code: 0 });
    expect([...plain.components.keys()]).toEqual([]);
    expect(edge.components.get('counter-counter')?.annotations).toMatchObject({
      'wasmcloud.dev/spread_name': 'edge',
    });
  });

  it('shows the steps of a dry run and changes nothing', async () => {
    const { requests } = await host();
    await writeApp();
    const { output } = await cli('app', 'deploy', 'app.yaml', '--dry-run', '-o', 'json');
    const steps = output
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(steps[0]).toEqual({
      kind: 'put-config',
      name: 'counter-words',
      values: { greeting: 'hello' },
      state: 'planned',
    });
    expect(requests).toEqual([]);
  });

  it('tells every mistake of a manifest with file and line', async () => {
    await writeApp(
      manifest.replace('instances: 4', 'instances: many').replace('wasi\n', 'wasi\n            pkg: x\n'),
    );
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(2);
    expect(errors).toContain(
      'app.yaml:17: spec.components[0].traits[0].properties.instances: expected a whole number, 0 or more, found `many`',
    );
  });

  it('tells a missing image before anything is changed', async () => {
    const { requests } = await host();
    await writeApp();
    await rm(join(folder, 'store.mjs'));
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(2);
    expect(errors).toContain(`the image of \`store\`, file://./store.mjs, is not there: ${folder}/store.mjs`);
    expect(requests).toEqual([]);
  });

  it('tells a missing manifest', async () => {
    expect(await cli('app', 'deploy', 'none.yaml')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('cannot read the manifest none.yaml'),
    });
  });
});

describe('app undeploy', () => {
  it('removes all of the application and nothing else', async () => {
    const { components, lattice, providers } = await host();
    await writeApp();
    await cli('app', 'deploy', 'app.yaml');
    await cli('link', 'put', 'other', 'counter-store', 'wasi', 'keyvalue', '--interface', 'store');
    await cli('config', 'put', 'other', 'a=b');
    expect(await cli('app', 'undeploy', 'app.yaml')).toMatchObject({ code: 0, errors: '' });
    expect([...components.keys(), ...providers.keys()]).toEqual([]);
    expect([...lattice.configs.keys()]).toEqual(['other']);
    expect(lattice.links).toMatchObject([{ sourceId: 'other' }]);
    expect(await cli('app', 'undeploy', 'app.yaml')).toMatchObject({ code: 0 });
  });
});

describe('up', () => {
  it('hands its flags and the lattice options before it to the host and keeps the exit code', async () => {
    const io = createTestIo();
    expect(
      await runCli(
        ['--lattice', 'blue', '--ctl-tls', 'up', '--allow-file-load', '--label', 'a=b', '--help'],
        io,
      ),
    ).toBe(7);
    expect(io.hostRuns).toEqual([
      ['--lattice', 'blue', '--ctl-tls', '--allow-file-load', '--label', 'a=b', '--help'],
    ]);
  });

  it.each([
    ['nats://127.0.0.1:14222', ['--nats-host', '127.0.0.1', '--nats-port', '14222']],
    ['nats.example.org', ['--nats-host', 'nats.example.org', '--nats-port', '4222']],
    ['tls://[::1]:4333', ['--nats-host', '::1', '--nats-port', '4333', '--ctl-tls', '--rpc-tls']],
  ])('tells the host of the server %s of the flag, not of that of the variable', async (url, flags) => {
    const [byFlag, byVariable] = [createTestIo(), createTestIo({ WASMLATTICE_NATS_URL: url })];
    await runCli(['--nats-url', url, 'up', '--embedded-nats', 'off'], byFlag);
    await runCli(['up', '--embedded-nats', 'off'], byVariable);
    expect(byFlag.hostRuns).toEqual([[...flags, '--embedded-nats', 'off']]);
    expect(byVariable.hostRuns).toEqual([['--embedded-nats', 'off']]);
  });

  it.each(['nats://me:secret@a:4222', 'nats://a:4222,nats://b:4222', 'http://a:4222', 'nats://'])(
    'refuses the server %s, for which the host has no flags',
    async (url) => {
      const io = createTestIo();
      expect(await runCli(['--nats-url', url, 'up'], io)).toBe(2);
      expect(io.errors).toContain('for `up` write it as nats://host:port or tls://host:port');
      expect(io.errors).not.toContain('secret');
      expect(io.hostRuns).toEqual([]);
    },
  );
});

describe('options', () => {
  it('are understood before and after the command, the nearer one wins', async () => {
    await host();
    const io = createTestIo({ WASMCLOUD_LATTICE: 'nowhere' });
    const code = await runCli(
      [
        '--lattice',
        'elsewhere',
        '--nats-url',
        server.url,
        'get',
        'hosts',
        '--lattice',
        'default',
        '--timeout-ms',
        '300',
      ],
      io,
    );
    expect(code).toBe(0);
  });

  it('take host and port from the variables of the host', async () => {
    await host();
    const io = createTestIo({ WASMCLOUD_CTL_HOST: '127.0.0.1', WASMCLOUD_CTL_PORT: String(server.port) });
    expect(await runCli(['get', 'hosts', '--timeout-ms', '300'], io)).toBe(0);
  });

  it.each([
    [['get', 'hosts', '--ctl-port', 'x'], '--ctl-port is `x`'],
    [['get', 'hosts', '--timeout-ms', '0'], '--timeout-ms is `0`'],
    [['get', 'hosts', '--output', 'xml'], "argument 'xml' is invalid"],
    [['get', 'hosts', '--nats-url', 'http://x/y'], 'the NATS URL is `http://x/y`'],
    [['get', 'hosts', '--ctl-jwt', 'a.b.c'], '--ctl-jwt needs --ctl-seed'],
    [['get', 'hosts', '--ctl-host', 'a', '--nats-url', 'b'], 'exclude each other'],
    [['get', 'hosts', '--lattice', 'a.b'], 'invalid lattice "a.b"'],
    [['get', 'host'], "unknown command 'host'"],
    [['link', 'put', 'a', 'b', 'wasi', 'http'], "required option '--interface <names...>' not specified"],
    [['config', 'get'], "missing required argument 'name'"],
  ])('%j is refused', async (argv, message) => {
    const io = createTestIo({ NATS_URL: server.url });
    expect(
      await runCli(argv, { ...io, env: argv.includes('a.b') ? { WASMLATTICE_NATS_URL: server.url } : {} }),
    ).toBe(2);
    expect(io.errors).toContain(message);
  });

  it('tells how to get to a server when there is none', async () => {
    const io = createTestIo();
    expect(await runCli(['get', 'hosts', '--nats-url', 'nats://127.0.0.1:1'], io)).toBe(3);
    expect(io.errors).toMatch(
      /^error: cannot connect to NATS at nats:\/\/127\.0\.0\.1:1: .*\ncheck: .*wasmlattice up.*\n$/,
    );
  });

  it('names a credentials file that is not there or is none', async () => {
    const missing = join(folder, 'none.creds');
    expect(await cli('get', 'hosts', '--ctl-creds', missing)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(
        /^error: cannot read the NATS credentials file .*none\.creds: .*\ncheck: .*--ctl-creds/,
      ),
    });
    await writeFile(missing, 'not credentials');
    expect(await cli('get', 'hosts', '--ctl-creds', missing)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(
        /^error: .*none\.creds is not a NATS credentials file: .*\ncheck: .*--ctl-creds/,
      ),
    });
  });

  it('show help and version', async () => {
    const help = createTestIo();
    expect(await runCli(['--help'], help)).toBe(0);
    expect(help.output).toContain('Deploy applications');
    const version = createTestIo();
    expect(await runCli(['--version'], version)).toBe(0);
    expect(version.output).toBe(`${cliVersion}\n`);
    const packageFile = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(packageFile)).toMatchObject({ version: cliVersion });
    const incomplete = createTestIo();
    expect(await runCli(['get'], incomplete)).toBe(2);
    expect(incomplete.errors).toContain('hosts');
  });
});
