import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsServer } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { startFakeHost } from '../testing/fake-host.js';
import { createTestIo } from '../testing/test-io.js';

const scenario = useCliScenario();
const { cli, host } = scenario;

interface Parts {
  readonly name?: string;
  readonly version?: string | undefined;
  readonly instances?: number;
  readonly keyvalue?: boolean;
  readonly httpLink?: string | undefined;
  readonly store?: boolean;
}

/** An application with a link to a store of an id of its own, and an HTTP link. */
function manifest({
  httpLink = 'default',
  instances = 4,
  keyvalue = true,
  name = 'shop',
  store = true,
  version = 'v1',
}: Parts = {}): string {
  const http =
    httpLink === 'none'
      ? []
      : [
          {
            type: 'link',
            properties: {
              name: httpLink,
              namespace: 'wasi',
              package: 'http',
              interfaces: ['incoming-handler'],
              source: { config: [{ name: 'address', properties: { address: '127.0.0.1:8000' } }] },
              target: { name: 'web' },
            },
          },
        ];
  const link = {
    type: 'link',
    properties: {
      namespace: 'wasi',
      package: 'keyvalue',
      interfaces: ['store'],
      target: { name: 'store', config: [{ name: 'bucket', properties: { bucket: 'a' } }] },
    },
  };
  return JSON.stringify({
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, annotations: version === undefined ? {} : { version } },
    spec: {
      components: [
        {
          name: 'web',
          type: 'component',
          properties: { image: 'file://./web.wasm', config: [{ name: 'words', properties: { a: '1' } }] },
          traits: [{ type: 'spreadscaler', properties: { instances } }, ...(keyvalue ? [link] : [])],
        },
        {
          name: 'http',
          type: 'capability',
          properties: { image: 'wasmcloud+builtin://http-server' },
          traits: http,
        },
        ...(store
          ? [{ name: 'store', type: 'capability', properties: { id: 'store', image: 'file://./store.mjs' } }]
          : []),
      ],
    },
  });
}

async function deploy(parts?: Parts): Promise<{ code: number; output: string; errors: string }> {
  await writeFile(join(scenario.folder, 'web.wasm'), '');
  await writeFile(join(scenario.folder, 'store.mjs'), '');
  await writeFile(join(scenario.folder, 'app.yaml'), manifest(parts));
  return await cli('app', 'deploy', 'app.yaml');
}

describe('an application that is deployed again', () => {
  it('shows what changes and requests nothing else', async () => {
    const { requests } = await host();
    await deploy();
    requests.length = 0;
    const { code, errors, output } = await deploy({ version: 'v2', instances: 9 });
    expect({ code, errors, requests }).toEqual({ code: 0, errors: '', requests: ['scale shop-web 9'] });
    expect(output.split('\n').slice(0, 2)).toEqual([
      '~ component web, instances: 4 -> 9',
      '[1/3] provider shop-http already runs on calm-fox-0001',
    ]);
    requests.length = 0;
    expect(await deploy({ version: 'v2', instances: 9 })).toMatchObject({ code: 0 });
    expect(requests).toEqual([]);
  });

  it('loses the links and configs that left its manifest, and undeploying leaves nothing', async () => {
    const { lattice, requests } = await host();
    await deploy();
    requests.length = 0;
    await deploy({ keyvalue: false });
    expect(requests).toEqual(['unlink shop-web keyvalue', 'unconfig shop-bucket']);
    expect(lattice.links.map(({ witPackage }) => witPackage)).toEqual(['http']);
    await cli('app', 'undeploy', 'shop');
    expect([lattice.links, [...lattice.configs.keys()]]).toEqual([[], []]);
  });

  it.each([
    ['is removed', 'none', ['unlink shop-http http', 'unconfig shop-address']],
    ['has another name', 'second', ['unlink shop-http http', 'link shop-http shop-web']],
  ])('closes the port of an HTTP link that %s', async (_what, httpLink, expected) => {
    const { lattice, requests } = await host();
    await deploy();
    requests.length = 0;
    expect(await deploy({ httpLink })).toMatchObject({ code: 0 });
    expect(requests).toEqual(expected);
    expect(
      lattice.links.filter(({ name, witPackage }) => witPackage === 'http' && name === 'default'),
    ).toEqual([]);
  });

  it('gets a version of its own when its file changes under the same one', async () => {
    await host();
    await deploy();
    const { errors } = await deploy({ instances: 5 });
    expect(errors).toBe('note: version v1 has been put with other content: this is version v1-2\n');
    expect((await cli('app', 'history', 'shop')).output).toMatch(/^VERSION.*\nv1 .*\nv1-2 +yes /);
  });

  it('knows what a deployment that failed half-way has left', async () => {
    const broken = await host({ unanswered: ['wasmcloud+builtin://http-server'] });
    expect(await deploy()).toMatchObject({ code: 1 });
    expect(broken.lattice.configs.has('shop-bucket')).toBe(true);
    await scenario.stopHosts();
    const { lattice } = await host({ lattice: broken.lattice });
    await deploy({ version: 'v2', keyvalue: false });
    expect(lattice.configs.has('shop-bucket')).toBe(false);
    expect(lattice.links.map(({ witPackage }) => witPackage)).toEqual(['http']);
  });
});

describe('a provider that two applications have', () => {
  it('stays until the last of them goes, whoever started it', async () => {
    const { providers } = await host();
    await deploy();
    await deploy({ name: 'cafe', httpLink: 'none', keyvalue: false });
    const undeployed = await cli('app', 'undeploy', 'shop');
    expect(undeployed).toMatchObject({
      code: 0,
      errors: 'note: provider store stays: application cafe uses it\n',
    });
    expect(providers.has('store')).toBe(true);
    await cli('app', 'undeploy', 'cafe');
    expect(providers.has('store')).toBe(false);
  });

  it('stays when the one that started it is deployed again without it', async () => {
    const { providers } = await host();
    await deploy();
    await deploy({ name: 'cafe', keyvalue: false, httpLink: 'none' });
    expect(await deploy({ keyvalue: false, store: false, version: 'v2' })).toMatchObject({
      code: 0,
      errors: 'note: provider store stays: application cafe uses it\n',
    });
    expect(providers.has('store')).toBe(true);
  });
});

describe('applications by their names', () => {
  it('are listed, shown, gone back with, undeployed and deleted without their files', async () => {
    const { components, providers } = await host();
    await deploy();
    await deploy({ version: 'v2', instances: 9 });
    expect((await cli('app', 'list')).output).toBe(
      'NAME  DEPLOYED VERSION  NEWEST VERSION  STATUS    DESCRIPTION\n' +
        'shop  v2                v2              deployed\n',
    );
    const { applications } = JSON.parse((await cli('app', 'list', '-o', 'json')).output) as {
      applications: unknown;
    };
    expect(applications).toMatchObject([{ name: 'shop', deployed_version: 'v2', status: 'deployed' }]);
    expect((await cli('app', 'get', 'shop', 'v1')).output).toContain('instances: 4');
    const status = await cli('app', 'status', 'shop');
    expect(status.output).toContain('shop@v2 - deployed\n');
    expect(status.output).toMatch(/\nshop-web -\(wasi:keyvalue\)-> store +LinkScaler +deployed/);

    expect((await cli('app', 'explain', 'shop', 'web')).output).toBe(
      'web (shop-web)\n  runs on calm-fox-0001 with 9 instances\n',
    );
    expect((await cli('app', 'explain', 'shop', 'wep')).errors).toContain('did you mean `web`?');

    const back = await cli('app', 'rollback', 'shop');
    expect(back.output.split('\n').slice(0, 2)).toEqual([
      'shop: v2 -> v1',
      '~ component web, instances: 9 -> 4',
    ]);
    expect(components.get('shop-web')?.maxInstances).toBe(4);
    expect((await cli('app', 'rollback', 'shop')).output).toContain('shop: v1 -> v2\n');
    expect(await cli('app', 'deploy', 'shop', 'v1')).toMatchObject({ code: 0 });

    await rm(join(scenario.folder, 'app.yaml'));
    expect(await cli('app', 'undeploy', 'shop')).toMatchObject({ code: 0 });
    expect([...components.keys(), ...providers.keys()]).toEqual([]);
    expect((await cli('app', 'status', 'shop')).output).toBe('shop - undeployed\n');
    expect((await cli('app', 'undeploy', 'shop')).output).toBe('Application shop was already undeployed\n');
    expect(await cli('app', 'delete', 'shops')).toMatchObject({
      code: 0,
      output: 'Already deleted application: shops\n',
      errors: 'note: there is no application `shops`: did you mean `shop`?\n',
    });
    expect((await cli('app', 'delete', 'shop')).output).toBe('Deleted application: shop\n');
    expect(await cli('app', 'delete', 'shop')).toMatchObject({
      code: 0,
      output: 'Already deleted application: shop\n',
    });
  });

  it('come from standard input, are all undeployed and all deleted', async () => {
    const { components, providers } = await host();
    await deploy();
    const io = createTestIo(
      { WASMLATTICE_NATS_URL: scenario.server.url },
      scenario.folder,
      manifest({ name: 'other' }),
    );
    expect([await runCli(['app', 'put', '-'], io), io.output]).toEqual([
      0,
      'Put application "other", version "v1"\n',
    ]);
    expect((await cli('app', 'get')).output).toBe((await cli('app', 'list')).output);
    expect(await cli('app', 'undeploy')).toMatchObject({ code: 2 });
    expect(await cli('app', 'undeploy', 'shop', '--all')).toMatchObject({ code: 2 });
    expect(await cli('app', 'undeploy', '--all')).toMatchObject({ code: 0, errors: '' });
    expect([components.size, providers.size]).toEqual([0, 0]);
    expect(await cli('app', 'undeploy', '--all')).toMatchObject({ code: 0, output: 'nothing is deployed\n' });
    expect(await cli('app', 'delete', '--all-undeployed')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Deleted application: other'),
    });
    expect(await cli('app', 'list', '-o', 'json')).toMatchObject({
      output: expect.stringContaining('"applications": []'),
    });
  });

  it('are gone back with, though not to the code of a file that was built again, which is told', async () => {
    const { requests } = await host();
    await deploy();
    await writeFile(join(scenario.folder, 'web.wasm'), 'other code');
    expect(await cli('app', 'deploy', 'app.yaml')).toMatchObject({ code: 0 });
    requests.length = 0;
    expect(await cli('app', 'rollback', 'shop')).toMatchObject({
      code: 0,
      errors: expect.stringContaining('warning: the file of web holds other code than when v1 was deployed'),
    });
    expect(requests).toEqual([]);
  });

  it('are suggested when they are mistyped', async () => {
    await host();
    await deploy();
    const failure = (check: string, message: string) => ({
      code: 1,
      output: '',
      errors: `error: ${message}\ncheck: ${check}\n`,
    });
    for (const command of ['undeploy', 'status', 'history', 'rollback', 'get', 'deploy']) {
      expect(await cli('app', command, 'shpo')).toMatchObject(
        failure(
          'the lattice has shop; a file is named with its ending, such as shpo.yaml',
          'there is no application `shpo`',
        ),
      );
    }
    expect(await cli('app', 'get', 'shops')).toMatchObject(
      failure('did you mean `shop`?', 'there is no application `shops`'),
    );
    expect(await cli('app', 'rollback', 'shop', 'v9')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('the application `shop` has no version `v9`'),
    });
    expect(await cli('app', 'rollback', 'shop')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('there is no version of `shop` before v1'),
    });
  });

  it('are compared with a file: what is deployed, and what runs', async () => {
    const { components } = await host();
    await deploy();
    components.delete('shop-web');
    await writeFile(join(scenario.folder, 'next.yaml'), manifest({ instances: 9, keyvalue: false }));
    expect((await cli('app', 'diff', 'next.yaml')).output).toBe(
      'shop: version v1 is deployed\n' +
        '~ component web, instances: 4 -> 9\n' +
        '- link web wasi:keyvalue to store: store\n' +
        '- config bucket of link web wasi:keyvalue to store, target, bucket: a\n' +
        'against what runs:\n' +
        '  delete link shop-web wasi:keyvalue to store\n' +
        '  scale component shop-web to 9 on calm-fox-0001\n' +
        '  delete config shop-bucket\n',
    );
  });
});

describe('a manifest', () => {
  it('is checked without a lattice, its local images too', async () => {
    const validate = async () => {
      const io = createTestIo({}, scenario.folder);
      return Object.assign(io, { code: await runCli(['app', 'validate', 'app.yaml'], io) });
    };
    await writeFile(join(scenario.folder, 'app.yaml'), manifest());
    await writeFile(join(scenario.folder, 'web.wasm'), '');
    expect(await validate()).toMatchObject({
      code: 2,
      errors: expect.stringContaining('the image of `store`'),
    });
    await writeFile(join(scenario.folder, 'store.mjs'), '');
    expect(await validate()).toMatchObject({ code: 0, output: 'manifest is valid\n' });
  });
});

describe('a NATS server without JetStream', () => {
  it('is no obstacle to deploying, which says what is missing', async () => {
    await using plain = await startNatsServer({ hasJetStream: false });
    const fake = await startFakeHost({ url: plain.url, hostId: 'NA1', friendlyName: 'calm-fox-0001' });
    try {
      await writeFile(join(scenario.folder, 'web.wasm'), '');
      await writeFile(join(scenario.folder, 'store.mjs'), '');
      await writeFile(join(scenario.folder, 'app.yaml'), manifest());
      const run = async (...argv: string[]) => {
        const io = createTestIo({ WASMLATTICE_NATS_URL: plain.url }, scenario.folder);
        return Object.assign(io, { code: await runCli(argv, io) });
      };
      const deployed = await run('app', 'deploy', 'app.yaml');
      expect(deployed.code).toBe(0);
      expect(deployed.errors).toMatch(/^note: .*JetStream is not enabled on the NATS server/);
      expect(fake.components.has('shop-web')).toBe(true);
      expect(await run('app', 'list')).toMatchObject({
        code: 1,
        errors: expect.stringContaining('JetStream is not enabled on the NATS server'),
      });
    } finally {
      await fake.stop();
    }
  });
});
