import { apiSubject, type KeeperReport, type ManifestDocument } from '@wasmlattice/applications';
import { RecordingLogger, startNatsServer } from '@wasmlattice/test-support';
import { AckPolicy, connect, type NatsConnection } from 'nats';
import { describe, expect, it } from 'vitest';
import { startFakeHost } from './testing/fake-host.js';
import { ask, fakeLattice, lattice, type Member, member } from './testing/members.js';
import { decodeTrouble } from './trouble-store.js';

function manifest(version: string, instances: number, image = 'registry.test/web:1'): ManifestDocument {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', annotations: { version } },
    spec: {
      components: [
        {
          name: 'web',
          type: 'component',
          properties: {
            image,
            config: [{ name: 'greeting', properties: { text: 'hi' } }],
          },
          traits: [
            { type: 'spreadscaler', properties: { instances } },
            {
              type: 'link',
              properties: {
                namespace: 'wasi',
                package: 'keyvalue',
                interfaces: ['store'],
                target: { name: 'kv' },
              },
            },
          ],
        },
        { name: 'kv', type: 'capability', properties: { image: 'registry.test/kv:1' } },
      ],
    },
  };
}

async function deploy(
  connection: NatsConnection,
  version: string,
  instances: number,
  image?: string,
): Promise<void> {
  await ask(connection, 'put', undefined, manifest(version, instances, image));
  await ask(connection, 'deploy', 'shop', { version });
}

function running(...members: readonly Member[]): Record<string, number> {
  return Object.fromEntries(
    members.flatMap(({ host }) => {
      const web = host.components.get('shop-web');
      return web === undefined ? [] : [[host.id, web.maxInstances]];
    }),
  );
}

async function status(connection: NatsConnection): Promise<unknown> {
  const { status: whole } = (await ask(connection, 'status', 'shop')) as { status: { status: unknown } };
  return whole.status;
}

/** Which host acts and why, and the notes without their times. */
async function keeper(
  connection: NatsConnection,
): Promise<Pick<KeeperReport, 'host' | 'reason'> & { readonly notes: readonly string[] }> {
  const { keeper: report } = (await ask(connection, 'status', 'shop')) as { keeper: KeeperReport };
  const { host, notes, reason, since } = report;
  expect([since, ...notes.map(({ at }) => at)].map((at) => new Date(at).toISOString())).toHaveLength(
    notes.length + 1,
  );
  return { host, reason, notes: notes.map(({ message }) => message) };
}

/** Tells at once of each message at level info. */
class ListeningLogger extends RecordingLogger {
  readonly #onInfo: (message: string) => void;

  constructor(onInfo: (message: string) => void) {
    super();
    this.#onInfo = onInfo;
  }

  override info(message: string): void {
    this.#onInfo(message);
  }

  override named(): this {
    return this;
  }
}

describe('applications of a lattice', () => {
  it('can be asked for as soon as a host says that it keeps them', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const answer = Promise.withResolvers<unknown>();
    const logger = new ListeningLogger((message) => {
      if (!message.startsWith('this host keeps the applications')) return;
      answer.resolve(
        connection
          .request(apiSubject({ lattice }, 'list'), '{}', { timeout: 20_000 })
          .then((each) => each.json()),
      );
    });
    await using _first = await member(server, 'N1', fakeLattice(), new Set(), logger);
    expect(await answer.promise).toEqual([]);
    await connection.close();
  });

  it('are kept through a change, the death of the host that acts, its return, and until they leave', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using first = await member(server, 'N1', shared);
    await expect.poll(first.acts).toBe(true);
    await using second = await member(server, 'N2', shared);
    await deploy(connection, 'v1', 2);
    await expect.poll(() => running(first, second)).toEqual({ N1: 1, N2: 1 });
    await expect.poll(() => status(connection)).toEqual({ type: 'deployed' });
    expect(await keeper(connection)).toEqual({ host: 'N1', reason: 'nobody kept them before', notes: [] });
    expect(shared.links).toMatchObject([{ sourceId: 'shop-web', target: 'shop-kv' }]);
    expect([...first.host.requests, ...second.host.requests].sort()).toEqual([
      'config shop-greeting',
      'link shop-web shop-kv',
      'scale shop-web 1',
      'scale shop-web 1',
      'start shop-kv',
    ]);

    await deploy(connection, 'v2', 4);
    await expect.poll(() => running(first, second)).toEqual({ N1: 2, N2: 2 });

    await first.die();
    await expect.poll(() => running(second)).toEqual({ N2: 4 });
    await expect.poll(() => second.host.providers.has('shop-kv')).toBe(true);
    expect(second.acts()).toBe(true);
    const lapsed = 'host N1 did before, and did not renew its lease for ';
    await expect
      .poll(() => keeper(connection))
      .toMatchObject({
        host: 'N2',
        reason: expect.stringContaining(lapsed),
        notes: expect.arrayContaining([
          expect.stringContaining(`host N2 keeps the applications now: ${lapsed}`),
        ]),
      });
    // Clients of wadm, which know of no keeper, are told, too.
    await expect
      .poll(() => status(connection))
      .toMatchObject({ type: 'deployed', message: expect.stringContaining(lapsed) });

    // It was thought dead, and has what it had.
    await using back = await startFakeHost({ url: server.url, hostId: 'N1', lattice: shared });
    for (const [id, component] of first.host.components) back.components.set(id, component);
    await back.heartbeat();
    const both = () => (back.components.get('shop-web')?.maxInstances ?? 0) + (running(second).N2 ?? 0);
    await expect.poll(both).toBe(4);

    await ask(connection, 'undeploy', 'shop');
    await expect.poll(() => [shared.links.length, shared.configs.size]).toEqual([0, 0]);
    for (const host of [second.host, back]) {
      await expect.poll(() => [host.components.size, host.providers.size]).toEqual([0, 0]);
    }
    await expect.poll(() => status(connection)).toMatchObject({ type: 'undeployed' });
    await connection.close();
  });

  it('are stopped and started with another image on hosts of wasmCloud, which answer with the code from before an update', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    const options = { url: server.url, lattice: shared, signs: false, isForeign: true };
    await using foreign = await startFakeHost({ ...options, hostId: 'N0' });
    await using one = await member(server, 'N1', shared);
    await deploy(connection, 'v1', 4);
    await expect.poll(() => foreign.components.get('shop-web')?.maxInstances).toBe(2);
    await expect.poll(() => status(connection)).toEqual({ type: 'deployed' });
    foreign.requests.length = 0;
    one.host.requests.length = 0;
    await deploy(connection, 'v2', 4, 'registry.test/web:2');
    const images = () =>
      [foreign.components, one.host.components].map((each) => each.get('shop-web')?.imageRef);
    await expect.poll(images).toEqual(['registry.test/web:2', 'registry.test/web:2']);
    await expect.poll(() => status(connection)).toEqual({ type: 'deployed' });
    const ofComponent = (requests: readonly string[]) =>
      requests.filter((each) => each.includes('shop-web '));
    expect(ofComponent(foreign.requests)).toEqual(['scale shop-web 0', 'scale shop-web 2']);
    expect(ofComponent(one.host.requests)[0]).toBe('update shop-web registry.test/web:2');
    await connection.close();
  });

  it('are kept by one of two hosts, and by the other once somebody took the lease from the first', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using first = await member(server, 'N1', shared);
    await expect.poll(first.acts).toBe(true);
    await using second = await member(server, 'N2', shared);
    await deploy(connection, 'v1', 2);
    await expect.poll(() => running(first, second)).toEqual({ N1: 1, N2: 1 });

    // A third party, which then does nothing: the lease is lost, and passes on after its time.
    const bucket = await connection.jetstream().views.kv('RECONCILER_default', { bindOnly: true });
    await bucket.put('lease', JSON.stringify({ holder: 'N7', session: 'thief', ttl_ms: 500 }));
    await expect.poll(first.acts).toBe(false);
    await expect.poll(() => [first.acts(), second.acts()].filter((acts) => acts)).toHaveLength(1);
    await deploy(connection, 'v2', 4);
    await expect.poll(() => running(first, second)).toEqual({ N1: 2, N2: 2 });
    await expect.poll(() => status(connection)).toMatchObject({ type: 'deployed' });
    const told = await keeper(connection);
    expect(told.reason).toMatch(/^host N7 did before, and did not renew its lease for \d+\.\d s$/);
    // The first host knows both sides when the lease has come back to it.
    const accession = `host ${told.host} keeps the applications now: ${told.reason}`;
    const loss = 'host N1 lost the lease: host N7 took it';
    expect(told.notes).toEqual(expect.arrayContaining(told.host === 'N1' ? [loss, accession] : [accession]));
    // Each of both was asked once for each version: nothing was done twice.
    for (const { host } of [first, second]) {
      const scales = host.requests.filter((each) => each.startsWith('scale shop-web'));
      expect(scales).toEqual(['scale shop-web 1', 'scale shop-web 2']);
    }
    await connection.close();
  });

  it('do not follow a host that comes and goes: it gets what is missing, and nothing moves back to it', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using one = await member(server, 'N1', shared);
    await expect.poll(one.acts).toBe(true);
    const flapping = () =>
      startFakeHost({ url: server.url, hostId: 'N2', lattice: shared, uptimeSeconds: 0 });
    let other = await flapping();
    await deploy(connection, 'v1', 4);
    const sum = () =>
      [one.host, other].reduce((all, each) => all + (each.components.get('shop-web')?.maxInstances ?? 0), 0);
    await expect.poll(sum).toBe(4);
    const before = one.host.requests.length;
    for (let round = 0; round < 3; round++) {
      await other.stop();
      await expect.poll(() => running(one)).toEqual({ N1: 4 });
      other = await flapping();
      await expect.poll(() => other.isAsked).toBe(true);
      await expect.poll(() => status(connection)).toMatchObject({ type: 'deployed' });
      expect(other.components.size).toBe(0);
    }
    // It stopped in order: once that is as somebody wanted it, three times it is news.
    await expect
      .poll(async () => (await keeper(connection)).notes)
      .toContain(
        'host name-N2 (N2) was gone (it stopped) and is back, 3 times in 10 minutes: nothing moves to it before it is here for 15 s',
      );
    expect(await status(connection)).toMatchObject({ message: expect.stringContaining('3 times') });
    // The first time the rest came to it, and the provider perhaps; then nothing any more.
    const later = one.host.requests.slice(before);
    expect(later.filter((each) => each.startsWith('scale')).length).toBeLessThanOrEqual(1);
    await other.die();
    await connection.close();
  });

  it('that can not be satisfied say which part has no host, and the rest is done', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    await using one = await member(server, 'N1', fakeLattice());
    const far = {
      name: 'far',
      type: 'component',
      properties: { image: 'registry.test/far:1' },
      traits: [
        {
          type: 'spreadscaler',
          properties: { instances: 1, spread: [{ name: 'moon', requirements: { zone: 'moon' } }] },
        },
      ],
    };
    const wanted = manifest('v1', 1);
    await ask(connection, 'put', undefined, {
      ...wanted,
      spec: { components: [...wanted.spec.components, far] },
    });
    await ask(connection, 'deploy', 'shop', { version: 'v1' });
    await expect
      .poll(() => status(connection))
      .toEqual({
        type: 'failed',
        message: 'Could not satisfy spread moon for registry.test/far:1, 0/1 eligible hosts found.',
      });
    await expect.poll(() => running(one)).toEqual({ N1: 1 });
    const asked = ['config shop-greeting', 'link shop-web shop-kv', 'scale shop-web 1', 'start shop-kv'];
    await expect.poll(() => one.host.requests.toSorted()).toEqual(asked);
    await one.host.heartbeat();
    await expect.poll(() => status(connection)).toMatchObject({ type: 'failed' });
    expect(one.host.requests.toSorted()).toEqual(asked);
    await connection.close();
  });

  it('are tried elsewhere where they fail', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using host = await startFakeHost({ url: server.url, hostId: 'N0', lattice: shared });
    await using broken = await startFakeHost({
      url: server.url,
      hostId: 'N9',
      lattice: shared,
      broken: new Set(['registry.test/web:1']),
    });
    await using one = await member(server, 'N1', shared);
    await deploy(connection, 'v1', 3);
    const sum = () =>
      [host, one.host].reduce((all, each) => all + (each.components.get('shop-web')?.maxInstances ?? 0), 0);
    await expect.poll(sum).toBe(3);
    expect(broken.requests).toContain('scale shop-web 1');
    await connection.close();
  });

  it('say why they fail, and are tried again', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const broken = new Set(['registry.test/web:1']);
    await using one = await member(server, 'N1', fakeLattice(), broken);
    await deploy(connection, 'v1', 1);
    await expect
      .poll(() => status(connection))
      .toEqual({
        type: 'failed',
        message: expect.stringContaining("can't fetch registry.test/web:1"),
      });
    broken.clear();
    await expect.poll(() => status(connection)).toEqual({ type: 'deployed' });
    expect(running(one)).toEqual({ N1: 1 });
    await connection.close();
  });

  it('that fail wait on as long as before when another host acts, which says so', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    const broken = new Set(['registry.test/web:1']);
    await using first = await member(server, 'N1', shared);
    await expect.poll(first.acts).toBe(true);
    await using second = await member(server, 'N2', shared, broken);
    const web = {
      name: 'web',
      type: 'component',
      properties: { image: 'registry.test/web:1' },
      // The same is asked of N2 whether N1 is there or not.
      traits: [{ type: 'daemonscaler', properties: { instances: 1 } }],
    };
    await ask(connection, 'put', undefined, { ...manifest('v1', 1), spec: { components: [web] } });
    await ask(connection, 'deploy', 'shop', { version: 'v1' });

    const bucket = await connection.jetstream().views.kv('RECONCILER_default', { bindOnly: true });
    const times: number[] = [];
    const changes = await bucket.watch({ key: 'trouble' });
    const follow = async (): Promise<void> => {
      for await (const { value } of changes) {
        const failure = decodeTrouble(value).failures.find(({ key }) => key === 'component N2 shop-web');
        if (failure !== undefined) times.push(failure.times);
      }
    };
    const following = follow();
    await expect.poll(() => times.at(-1), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    await first.die();
    await expect.poll(second.acts).toBe(true);
    await expect
      .poll(async () => (await keeper(connection)).notes)
      .toContainEqual(
        expect.stringMatching(/before host N2 acted goes on waiting: shop-web on name-N2 \(\d+ times\)$/),
      );
    expect(await status(connection)).toMatchObject({
      type: 'failed',
      message: expect.stringContaining("can't fetch registry.test/web:1"),
    });
    const before = times.at(-1) ?? 0;
    await expect.poll(() => times.at(-1), { timeout: 20_000 }).toBeGreaterThan(before);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    changes.stop();
    await following;

    broken.clear();
    await expect.poll(() => running(second), { timeout: 20_000 }).toEqual({ N2: 1 });
    await connection.close();
  });

  it('are kept from a host that comes and goes by the host that acts next, too', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const shared = fakeLattice();
    await using one = await member(server, 'N1', shared);
    await expect.poll(one.acts).toBe(true);
    await using next = await member(server, 'N2', shared);
    await deploy(connection, 'v1', 2);
    await expect.poll(() => status(connection)).toEqual({ type: 'deployed' });
    const flapping = () => startFakeHost({ url: server.url, hostId: 'N3', lattice: shared });
    let other = await flapping();
    for (let round = 0; round < 3; round++) {
      await expect.poll(() => other.isAsked).toBe(true);
      await other.stop();
      other = await flapping();
    }
    const bucket = await connection.jetstream().views.kv('RECONCILER_default', { bindOnly: true });
    const stored = async () => {
      const entry = await bucket.get('trouble');
      return entry && decodeTrouble(entry.value).hosts;
    };
    await expect
      .poll(stored)
      .toMatchObject([{ hostId: 'N3', isHere: true, goneMs: Array(3).fill(expect.any(Number)) }]);
    await one.die();
    await expect.poll(next.acts).toBe(true);
    await expect
      .poll(async () => (await keeper(connection)).notes)
      .toContainEqual(
        expect.stringContaining('host name-N3 (N3) was gone (it stopped) and is back, 3 times in 10 minutes'),
      );
    await other.die();
    await connection.close();
  });

  it('are left to a wadm while there is one', async () => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const manager = await connection.jetstreamManager();
    const shared = fakeLattice();
    await using one = await member(server, 'N1', shared);
    await deploy(connection, 'v1', 1);
    await expect.poll(() => running(one)).toEqual({ N1: 1 });

    // What a wadm does when it hears of a host, and how it waits for work.
    await manager.streams.add({ name: 'wadm_event_consumer', subjects: ['wadm_event_consumer.evt.>'] });
    const consumer = `wadm_event_consumer-${lattice}`;
    await manager.consumers.add('wadm_event_consumer', {
      durable_name: consumer,
      ack_policy: AckPolicy.Explicit,
    });
    const wadm = await connect({ servers: server.url });
    const waiting = await wadm.jetstream().consumers.get('wadm_event_consumer', consumer);
    // Without a reader a consumer asks for nothing.
    const work = await waiting.consume({ callback: () => {} });
    const serves = wadm.subscribe('wadm.api.default.>', { queue: 'wadm_server' });
    const answer = async () => {
      for await (const message of serves) message.respond('[]');
    };
    const answering = answer();
    const asked = async (): Promise<string> =>
      (await connection.request('wadm.api.default.model.put', 'x', { timeout: 20_000 })).string();
    // As long as both serve, either may answer, by chance.
    await expect
      .poll(async () => {
        const replies = await Promise.all(Array.from({ length: 40 }, asked));
        return replies.every((reply) => reply === '[]');
      })
      .toBe(true);
    one.host.components.clear();
    await one.host.heartbeat();
    work.stop();
    await wadm.close();
    await answering;
    await expect.poll(() => running(one)).toEqual({ N1: 1 });
    await expect
      .poll(() => keeper(connection))
      .toEqual({
        host: 'N1',
        reason: 'a wadm kept them before, and is gone',
        notes: ['a wadm kept the applications; host N1 does again'],
      });
    await connection.close();
  });
});
