import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { createTestIo } from '../testing/test-io.js';
import { componentExporting, componentImporting } from '../testing/tiny-component.js';

const scenario = useCliScenario();
const { host, cli } = scenario;
const secondId = 'NB2';

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
  await writeFile(join(scenario.folder, 'app.yaml'), text);
  await writeFile(join(scenario.folder, 'counter.wasm'), '');
  await writeFile(join(scenario.folder, 'store.mjs'), '');
}

describe('app deploy', () => {
  const image = () => pathToFileURL(join(scenario.folder, 'counter.wasm')).href;

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
    expect(providers.get('counter-store')?.imageRef).toBe(join(scenario.folder, 'store.mjs'));
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
    await writeFile(join(scenario.folder, 'next.wasm'), '');
    await writeFile(join(scenario.folder, 'other.mjs'), '');
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
      imageRef: pathToFileURL(join(scenario.folder, 'next.wasm')).href,
      maxInstances: 9,
    });
    expect([...providers.keys()].sort()).toEqual(['counter-http', 'counter-other']);
    expect(lattice.links.map(({ target }) => target).sort()).toEqual(['counter-counter', 'counter-other']);
    expect(requests).toContain('unlink counter-counter keyvalue');
  });

  it('warns of a config that the manifest takes to be there, and says how to put it', async () => {
    await writeApp(
      manifest.replace(
        '{ image: file://./store.mjs }',
        '{ image: file://./store.mjs, config: [{ name: limits }] }',
      ),
    );
    await host();
    const { errors } = await cli('app', 'deploy', 'app.yaml');
    expect(errors).toContain(
      'warning: the manifest names the config `limits`, which is not there: put it with `wasmlattice config put limits key=value`\n',
    );
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
    await host({ broken: [pathToFileURL(join(scenario.folder, 'store.mjs')).href] });
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
    const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url }, scenario.folder);
    const code = await runCli(['app', 'deploy', 'app.yaml'], {
      ...io,
      out(text) {
        if (text.includes('scale component')) io.interrupt();
      },
    });
    expect(code).toBe(130);
    await scenario.stopHosts();
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
      'app.yaml:17:36: spec.components[0].traits[0].properties.instances: expected a whole number, 0 or more, found `many`',
    );
  });

  it('tells a missing image before anything is changed', async () => {
    const { requests } = await host();
    await writeApp();
    await rm(join(scenario.folder, 'store.mjs'));
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(2);
    expect(errors).toContain(
      `app.yaml:26:28: spec.components[1].properties.image: the image of \`store\`, file://./store.mjs, is not there: ${scenario.folder}/store.mjs; build it first`,
    );
    expect(requests).toEqual([]);
  });

  it('warns of an image that may be there on the machines of the hosts alone', async () => {
    await writeApp(manifest.replace('file://./store.mjs', 'file:///nowhere/store.mjs'));
    const { code, errors } = await cli('app', 'validate', 'app.yaml');
    expect(code).toBe(0);
    expect(errors).toMatch(
      /^warning: app\.yaml:26:28: .* is not there: each host that is to run it needs it/,
    );
  });

  it('tells warnings beside mistakes', async () => {
    await writeApp(
      manifest
        .replace('instances: 4', 'instances: many')
        .replace('type: component', 'type: component\n      owner: me'),
    );
    const { code, errors } = await cli('app', 'validate', 'app.yaml');
    expect(code).toBe(2);
    expect(errors).toContain('warning: app.yaml:10:7: spec.components[0].owner: is not known here');
    expect(errors).toContain('error: app.yaml:18:36: ');
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

describe('what is no manifest', () => {
  it('is a component: its bytes do not reach the terminal', async () => {
    await writeFile(join(scenario.folder, 'app.wasm'), Buffer.from('\0asm\r\0\x01\0'));
    const { code, errors } = await cli('app', 'deploy', 'app.wasm');
    expect(code).toBe(2);
    expect(errors).toMatch(/^error: app.wasm is a WebAssembly binary, not a manifest\ncheck: start it with/);
  });
});

describe('a link that the code of its component does not use', () => {
  it('is refused before anything is requested', async () => {
    const { requests } = await host();
    await writeFile(
      join(scenario.folder, 'counter.wasm'),
      componentImporting('wasi:keyvalue/store@0.2.0-draft'),
    );
    await writeFile(join(scenario.folder, 'store.mjs'), '');
    await writeFile(join(scenario.folder, 'app.yaml'), manifest.replace('[atomics]', '[stor]'));
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect([code, requests]).toEqual([2, []]);
    const line = manifest.split('\n').findIndex((each) => each.includes('interfaces: [atomics]')) + 1;
    expect(errors).toContain(
      `error: app.yaml:${line}:26: spec.components[0].traits[1].properties.interfaces[0]: \`counter\` has a link for wasi:keyvalue/stor, which it does not import: it imports wasi:keyvalue/store\ncheck: correct the manifest: nothing was deployed\n`,
    );
  });
});

describe('a link that its target does not answer', () => {
  it('is refused where it looks like one that it does', async () => {
    await writeApp(manifest.replace('[incoming-handler]', '[incoming-handlr]'));
    const counter = componentExporting('wasi:http/incoming-handler@0.2.3');
    await writeFile(join(scenario.folder, 'counter.wasm'), counter);
    const { code, errors } = await cli('app', 'deploy', 'app.yaml');
    expect(code).toBe(2);
    expect(errors).toMatch(
      /app\.yaml:\d+:\d+: spec\.components\[2\]\.traits\[0\]\.properties\.interfaces\[0\]: `http` has a link to `counter` for wasi:http\/incoming-handlr, which that does not export: it exports wasi:http\/incoming-handler\n/,
    );
  });
});

describe('an image that was built again in place', () => {
  it('is deployed again', async () => {
    const { components, requests } = await host();
    const build = (code: string) => writeFile(join(scenario.folder, 'counter.wasm'), code);
    await writeFile(join(scenario.folder, 'store.mjs'), '');
    await writeFile(join(scenario.folder, 'app.yaml'), manifest);
    await build('one');
    expect((await cli('app', 'deploy', 'app.yaml')).code).toBe(0);
    await build('two');
    requests.length = 0;
    expect((await cli('app', 'deploy', 'app.yaml')).code).toBe(0);
    const image = pathToFileURL(join(scenario.folder, 'counter.wasm')).href;
    expect(requests.filter((each) => each.startsWith('update'))).toEqual([`update counter-counter ${image}`]);
    expect(Object.values(components.get('counter-counter')?.annotations ?? {})).toContain(
      'sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3',
    );
  });
});
