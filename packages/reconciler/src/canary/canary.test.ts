import { startNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { describe, expect, it } from 'vitest';
import { startFakeHost } from '../testing/fake-host.js';
import { ask, fakeLattice, type Member, member } from '../testing/members.js';

function manifest(version: string, image: string, instances = 2): object {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', annotations: { version } },
    spec: {
      components: [
        {
          name: 'web',
          type: 'component',
          properties: { image },
          traits: [{ type: 'spreadscaler', properties: { instances } }],
        },
      ],
    },
  };
}

const oldImage = 'registry.test/web:1';
const newImage = 'registry.test/web:2';

async function start(connection: NatsConnection, forMs: number): Promise<void> {
  await ask(connection, 'put', undefined, manifest('v1', oldImage));
  await ask(connection, 'deploy', 'shop', { version: 'v1' });
  await expect.poll(() => statusOf(connection)).toMatchObject({ status: { type: 'deployed' } });
  await ask(connection, 'put', undefined, manifest('v2', newImage));
  const begun = await ask(connection, 'canary', 'shop', { share_ppm: 100_000, for_ms: forMs });
  expect(begun).toMatchObject({ result: 'acknowledged', version: 'v2' });
}

interface Status {
  readonly status: { readonly type: string; readonly message?: string };
  readonly scalers: readonly { readonly kind: string; readonly status: { readonly message?: string } }[];
}

async function statusOf(connection: NatsConnection): Promise<Status> {
  return (await ask(connection, 'status', 'shop')).status as Status;
}

async function told(connection: NatsConnection): Promise<string> {
  const { scalers } = await statusOf(connection);
  return scalers.find(({ kind }) => kind === 'Canary')?.status.message ?? '';
}

const canary = ({ host }: Pick<Member, 'host'>): string | undefined =>
  host.components.get('shop-web')?.annotations['wasmlattice.dev/canary'];
const image = ({ host }: Pick<Member, 'host'>): string | undefined =>
  host.components.get('shop-web')?.imageRef;

describe('a canary', () => {
  it('takes over when it was watched long enough, though the host that watched it dies meanwhile', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using first = await member(server, 'N1', shared);
    await expect.poll(first.acts).toBe(true);
    await using second = await member(server, 'N2', shared);
    await start(connection, 3_000);
    await expect.poll(() => [canary(first), canary(second)]).toEqual([newImage, newImage]);
    await expect.poll(() => told(connection)).toContain('takes 10% of the calls');
    await first.die();
    second.host.calls = {
      stable: { invocations: 200, errors: 1 },
      canary: { invocations: 20, errors: 0 },
    };
    await expect.poll(() => told(connection)).toContain('took over: 0% of its 20 calls failed');
    await expect.poll(() => [image(second), canary(second)]).toEqual([newImage, undefined]);
    expect(await ask(connection, 'versions', 'shop')).toMatchObject({
      versions: [{ version: 'v1' }, { version: 'v2', deployed: true }],
    });
    await connection.close();
  });

  it('is rolled back when it fails more often, and says by what', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    await using one = await member(server, 'N1', fakeLattice());
    await start(connection, 600_000);
    await expect.poll(() => canary(one)).toBe(newImage);
    one.host.calls = {
      stable: { invocations: 200, errors: 1 },
      canary: { invocations: 20, errors: 2 },
    };
    await expect
      .poll(() => told(connection))
      .toBe(
        'canary v2 was rolled back: 10% of its 20 calls failed, of the old version 0.5% of 200, which is more than 1% above the old version',
      );
    await expect.poll(() => [image(one), canary(one)]).toEqual([oldImage, undefined]);
    await expect.poll(() => statusOf(connection)).toMatchObject({ status: { type: 'deployed' } });
    await connection.close();
  });

  it('takes over and goes by hand, and is refused where it changes more than images', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    await using one = await member(server, 'N1', fakeLattice());
    await start(connection, 600_000);
    await expect.poll(() => canary(one)).toBe(newImage);
    expect(await ask(connection, 'rollback', 'shop')).toMatchObject({ result: 'acknowledged' });
    await expect.poll(() => canary(one)).toBeUndefined();
    expect(await ask(connection, 'promote', 'shop')).toMatchObject({ result: 'error' });
    await ask(connection, 'canary', 'shop', { share_ppm: 500_000 });
    await expect.poll(() => canary(one)).toBe(newImage);
    expect(await ask(connection, 'promote', 'shop')).toMatchObject({ result: 'acknowledged' });
    await expect.poll(() => image(one)).toBe(newImage);

    await ask(connection, 'put', undefined, manifest('v3', oldImage, 9));
    expect(await ask(connection, 'canary', 'shop', { version: 'v3', share_ppm: 500_000 })).toMatchObject({
      result: 'error',
      message: expect.stringContaining('component web, instances: 2 -> 9'),
    });
    await connection.close();
  });

  it('is rolled back where a host can not run two versions, and where its image is not to be had', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using foreign = await startFakeHost({
      url: server.url,
      hostId: 'N0',
      lattice: shared,
      signs: false,
      isForeign: true,
    });
    const broken = new Set<string>();
    await using one = await member(server, 'N1', shared, broken);
    await start(connection, 600_000);
    await expect
      .poll(() => told(connection))
      .toBe(
        'canary v2 was rolled back: it does not run: name-N0 is a host of wasmCloud, which runs one version of a component',
      );
    expect(foreign.requests.filter((each) => each.startsWith('canary'))).toEqual([]);
    await foreign.stop();
    await expect.poll(() => one.host.components.get('shop-web')?.maxInstances).toBe(2);

    broken.add(newImage);
    await ask(connection, 'canary', 'shop', { share_ppm: 500_000 });
    await expect.poll(() => told(connection)).toContain(`can't fetch ${newImage}`);
    await expect.poll(() => [image(one), canary(one)]).toEqual([oldImage, undefined]);
    await connection.close();
  });
});
