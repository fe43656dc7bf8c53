import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ApplicationApiServer,
  type ApplicationStore,
  createKvApplicationStore,
  deployedAnnotations,
  describeOutcome,
  type KeeperReport,
  type ScalerStatus,
  serveApplicationApi,
} from '@wasmlattice/applications';
import { openReconcilerBucket } from '@wasmlattice/reconciler';
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { createTestIo, type TestIo } from '../testing/test-io.js';

const scenario = useCliScenario();

/** With time for who serves the applications to answer on a busy machine. */
async function cli(...argv: readonly string[]): Promise<TestIo & { readonly code: number }> {
  const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url }, scenario.folder);
  const code = await runCli([...argv, '--timeout-ms', '2000'], io);
  return Object.assign(io, { code });
}

let connection: NatsConnection;
let store: ApplicationStore;
let server: ApplicationApiServer;
let keeper: KeeperReport | undefined;
/** Of a canary that whoever keeps the applications has ended. */
let outcome: Parameters<typeof describeOutcome>[0] | undefined;

beforeEach(async () => {
  connection = await connect({ servers: scenario.server.url });
  store = createKvApplicationStore({ jetstream: connection.jetstream(), lattice: 'default' });
  const looks = new Map<string, number>();
  keeper = undefined;
  outcome = undefined;
  server = await serveApplicationApi({
    connection,
    lattice: 'default',
    store,
    keeper: () => keeper,
    async statusOf(name) {
      const application = await store.get(name);
      if (application?.deployedVersion === undefined) return undefined;
      const count = (looks.get(name) ?? 0) + 1;
      looks.set(name, count);
      // Who keeps applications has not read yet what was deployed.
      if (count === 1) return { status: { type: 'undeployed', message: 'as before' }, scalers: [] };
      return count === 2
        ? { status: { type: 'reconciling', message: 'starting' }, scalers: [] }
        : { status: { type: 'deployed', message: '' }, scalers: canaryScalers() };
    },
  });
});
afterEach(async () => {
  await server.close();
  await connection.close();
});

function canaryScalers(): ScalerStatus[] {
  if (outcome === undefined) return [];
  const status = { type: 'deployed', message: describeOutcome(outcome) } as const;
  return [{ id: '', kind: 'Canary', name: outcome.version, status }];
}

async function write(version: string, instances: number, file = 'web.wasm'): Promise<void> {
  await writeFile(join(scenario.folder, file), '');
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
            properties: { image: `file://./${file}` },
            traits: [{ type: 'spreadscaler', properties: { instances } }],
          },
        ],
      },
    }),
  );
}

describe('applications that somebody watches over', () => {
  it('are waited for no longer once somebody undeploys or deletes them', async () => {
    await write('v1', 4);
    for (const [leave, what] of [
      [() => store.setDeployed('shop', undefined), 'undeployed'],
      [() => store.delete('shop'), 'deleted'],
    ] as const) {
      const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url }, scenario.folder);
      let left: Promise<unknown> | undefined;
      const code = await runCli(['app', 'deploy', 'app.yaml', '--timeout-ms', '2000'], {
        ...io,
        out() {
          left ??= leave();
        },
      });
      await left;
      expect([code, io.errors]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^error: shop was ${what} meanwhile\ncheck: `)),
      ]);
    }
  });

  it('are handed over, and waited for by what runs', async () => {
    const { components, providers, requests } = await scenario.host();
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
      output:
        'reconciling: it is to run, and is about to be started\nreconciling: starting\nDeployed application "shop", version "v1"\n',
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
    providers.set('base-kv', {
      id: 'base-kv',
      imageRef: 'kv:1',
      annotations: deployedAnnotations('shop', 'default', undefined),
      revision: 0,
    });
    expect(await cli('app', 'undeploy', 'shop')).toMatchObject({
      output: 'Undeployed application: shop\n',
      errors: 'note: provider base-kv stays on calm-fox-0001 until no other application uses it\n',
    });
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

  it('say who keeps them and what was out of order, beside their status', async () => {
    await write('v1', 4);
    await cli('app', 'deploy', 'app.yaml', '--no-wait');
    // As where a wadm answers, which tells nothing of the kind.
    expect((await cli('app', 'status', 'shop')).output).toBe(
      'shop@v1 - reconciling\nstarting\nkept by a wadm: hosts of ours stand aside\n',
    );
    keeper = {
      host: 'N2',
      since: '2026-01-01T00:00:00.000Z',
      reason: 'host N1 did before, and did not renew its lease for 1.9 s',
      waitsFor: 'nothing is changed before it is known what runs on N3',
      notes: [{ at: '2026-01-01T00:00:09.000Z', message: 'host N4 is gone: it is silent' }],
    };
    expect((await cli('app', 'status', 'shop')).output).toBe(
      [
        'shop@v1 - deployed',
        'kept by host N2 since 2026-01-01T00:00:00.000Z: host N1 did before, and did not renew its lease for 1.9 s',
        'now: nothing is changed before it is known what runs on N3',
        '2026-01-01T00:00:09.000Z: host N4 is gone: it is silent',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await cli('app', 'status', 'shop', '-o', 'json')).output)).toMatchObject({
      success: true,
      status: { status: { type: 'deployed' } },
      keeper: { host: 'N2' },
    });
    await server.close();
    expect((await cli('app', 'status', 'shop')).output).toContain(
      'kept by nobody: what fails, or dies with its host, is not started again; start a host with --reconcile\n',
    );
    const bucket = await openReconcilerBucket(connection.jetstream(), 'default');
    await bucket.put('lease', JSON.stringify({ holder: 'N2', session: 'a', ttl_ms: 1_000 }));
    expect((await cli('app', 'status', 'shop')).output).toContain(
      'host N2 is to, but does not answer: it died, begins, or stands aside for a wadm; look at its log\n',
    );
    await bucket.put('lease', JSON.stringify({ session: 'a', ttl_ms: 1_000 }));
    expect((await cli('app', 'status', 'shop')).output).toContain(
      'the host that did gave it up, and no other has --reconcile\n',
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
    outcome = { version: 'v3', state: 'rolled-back', reason: 'it does not run: no such image' };
    await write('v3', 4, 'next.wasm');
    expect(await cli('app', 'deploy', 'app.yaml', '--canary', '10%')).toMatchObject({
      code: 1,
      errors:
        'error: canary v3 was rolled back: it does not run: no such image\ncheck: the version that is deployed runs on: `wasmlattice app status shop`\n',
    });
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
