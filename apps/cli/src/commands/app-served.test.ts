import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ApplicationApiServer,
  type ApplicationStore,
  createKvApplicationStore,
  serveApplicationApi,
} from '@wasmlattice/applications';
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';

const scenario = useCliScenario();
const { cli } = scenario;

let connection: NatsConnection;
let store: ApplicationStore;
let server: ApplicationApiServer;

beforeEach(async () => {
  connection = await connect({ servers: scenario.server.url });
  store = createKvApplicationStore({ jetstream: connection.jetstream(), lattice: 'default' });
  const looks = new Map<string, number>();
  server = await serveApplicationApi({
    connection,
    lattice: 'default',
    store,
    async statusOf(name) {
      const application = await store.get(name);
      if (application?.deployedVersion === undefined) return undefined;
      const count = (looks.get(name) ?? 0) + 1;
      looks.set(name, count);
      return count === 1
        ? { status: { type: 'reconciling', message: 'starting' }, scalers: [] }
        : { status: { type: 'deployed', message: '' }, scalers: [] };
    },
  });
});
afterEach(async () => {
  await server.close();
  await connection.close();
});

async function write(version: string, instances: number): Promise<void> {
  await writeFile(join(scenario.folder, 'web.wasm'), '');
  await writeFile(
    join(scenario.folder, 'app.yaml'),
    JSON.stringify({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'shop', annotations: { version } },
      spec: {
        components: [
          {
            name: 'web',
            type: 'component',
            properties: { image: 'file://./web.wasm' },
            traits: [{ type: 'spreadscaler', properties: { instances } }],
          },
        ],
      },
    }),
  );
}

describe('applications that somebody watches over', () => {
  it('are handed over, and waited for by what runs', async () => {
    const { components, requests } = await scenario.host();
    components.set('shop-web', {
      id: 'shop-web',
      imageRef: pathToFileURL(join(scenario.folder, 'web.wasm')).href,
      annotations: {},
      maxInstances: 4,
      revision: 0,
    });
    await write('v1', 4);
    expect(await cli('app', 'deploy', 'app.yaml')).toMatchObject({
      code: 0,
      errors: '',
      output: 'reconciling: starting\nDeployed application "shop", version "v1"\n',
    });
    await write('v2', 3);
    expect(await cli('app', 'diff', 'app.yaml')).toMatchObject({
      output:
        'shop: version v1 is deployed\n~ component web, instances: 4 -> 3\nwhat runs is as the manifest says\n',
    });
    expect((await cli('app', 'deploy', 'app.yaml')).output).toBe(
      '~ component web, instances: 4 -> 3\nDeployed application "shop", version "v2"\n',
    );
    expect((await cli('app', 'rollback', 'shop')).output).toBe(
      'shop: v2 -> v1\n~ component web, instances: 3 -> 4\nDeployed application "shop", version "v1"\n',
    );
    expect(requests).toEqual([]);
    expect((await store.get('shop'))?.deployedVersion).toBe('v1');
    expect((await cli('app', 'history', 'shop')).output).toMatch(/\nv1 +yes +20.*Z +20.*Z\nv2 /);
    expect((await cli('app', 'undeploy', 'shop')).output).toBe('Undeployed application: shop\n');
    expect((await cli('app', 'undeploy', 'shop')).output).toBe('Application shop was already undeployed\n');
    expect((await cli('app', 'delete', 'shop', 'v1')).output).toBe('Deleted application: shop, version v1\n');
  });

  it('fail with what is missing when they do not come to run', async () => {
    await scenario.host();
    await write('v1', 4);
    const { code, errors } = await cli('app', 'deploy', 'app.yaml', '--wait-ms', '1');
    expect(code).toBe(1);
    expect(errors).toMatch(/^error: shop is to run, but does not after 1 ms: reconciling: /);
    expect((await cli('app', 'deploy', 'shop', '--no-wait', '-o', 'json')).output).toBe(
      `${JSON.stringify({ success: true, model_name: 'shop', model_version: 'v1', deployed: true }, undefined, 2)}\n`,
    );
  });

  it('take a canary that changes images alone, and lose it at a word', async () => {
    await write('v1', 4);
    await cli('app', 'deploy', 'app.yaml', '--no-wait');
    await write('v2', 3);
    expect(await cli('app', 'deploy', 'app.yaml', '--canary', '10%', '--no-wait')).toMatchObject({
      code: 1,
      errors:
        "error: Version v2 of application shop can't be a canary: a canary may have other images of components than the deployed version, and nothing else: ~ component web, instances: 4 -> 3\n",
    });
    for (const [options, error] of [
      [['--canary', '0%'], '--canary must be above 0%'],
      [['--canary', 'ten'], '--canary must be a percentage, got ten'],
      [['--canary', '10%', '--for', '5'], '--for must be a time with its unit, got 5'],
      [['--for', '5m'], '--for is about a canary'],
    ] as const) {
      const { code, errors } = await cli('app', 'deploy', 'shop', ...options);
      expect([code, errors.split('\n')[0]]).toEqual([2, `error: ${error}`]);
    }
    expect(await cli('app', 'promote', 'shop')).toMatchObject({
      code: 1,
      errors: 'error: No canary of application shop runs\n',
    });
    const canary = { share: 0.1, forMs: 1, maxErrorRate: 0.01, watchedMs: 0, reason: '', version: 'v2' };
    const begin = () =>
      store.change('shop', (current) => ({ ...current, canary: { ...canary, state: 'running' } }));
    await begin();
    expect((await cli('app', 'rollback', 'shop')).output).toBe(
      'Rolled back the canary of version v2 of application shop\n',
    );
    expect((await store.get('shop'))?.deployedVersion).toBe('v1');
    await begin();
    expect((await cli('app', 'promote', 'shop')).output).toBe(
      'Promoted the canary of version v2 of application shop\n',
    );
    expect(await store.get('shop')).toMatchObject({ deployedVersion: 'v2', canary: { state: 'promoted' } });
  });

  it('can be put and looked at, and a version twice is refused in the words of wadm', async () => {
    await write('v1', 4);
    expect((await cli('app', 'put', 'app.yaml')).output).toBe('Put application "shop", version "v1"\n');
    expect(await cli('app', 'put', 'app.yaml')).toMatchObject({
      code: 1,
      errors: 'error: Manifest version v1 already exists\n',
    });
    expect((await cli('app', 'status', 'shop')).output).toBe('shop - undeployed\n');
    expect(await cli('app', 'undeploy', 'shp')).toMatchObject({
      code: 1,
      errors: 'error: there is no application `shp`\ncheck: did you mean `shop`?\n',
    });
  });
});
