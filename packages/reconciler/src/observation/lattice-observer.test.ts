import { createControlClient } from '@wasmlattice/control-interface';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import { startFakeHost } from '../testing/fake-host.js';
import { observeLattice } from './lattice-observer.js';
import type { ObservationTimes } from './observation-times.js';

const never = 1_000_000;

/** An observer that finds what a test is about, and nothing by chance. */
async function observer(server: TestNatsServer, times: Partial<ObservationTimes> = {}) {
  const connection = await connect({ servers: server.url });
  const client = createControlClient({ connection, lattice: 'default' });
  let changes = 0;
  const observed = await observeLattice({
    connection,
    lattice: 'default',
    client,
    onChange: () => changes++,
    times: {
      pingMs: 1_000,
      answerMs: 2_000,
      askGapMs: 0,
      sweepMs: 20,
      scanMs: never,
      quietMs: never,
      silentMs: never,
      quietOthersMs: never,
      heartbeatMs: never,
      ...times,
    },
  });
  return {
    ids: () =>
      observed
        .hosts()
        .map(({ inventory }) => inventory.hostId)
        .sort(),
    host: (id: string) => observed.hosts().find(({ inventory }) => inventory.hostId === id),
    changes: () => changes,
    client,
    observed,
    async [Symbol.asyncDispose]() {
      await observed.close();
      await observed.close();
      await connection.close();
    },
  };
}

describe('what an observer knows', () => {
  it('is what hosts say that were there before, and of one that starts at once', async () => {
    await using server = await startNatsServer();
    await using _first = await startFakeHost({ url: server.url, hostId: 'N1', signs: false });
    await using lattice = await observer(server);
    expect(lattice.ids()).toEqual(['N1']);
    expect(lattice.observed.unread).toEqual([]);
    await using second = await startFakeHost({ url: server.url, hostId: 'N2', signs: false });
    await expect.poll(() => lattice.ids()).toEqual(['N1', 'N2']);
    await second.stop();
    await expect.poll(() => lattice.ids()).toEqual(['N1']);
  });

  it('is what runs after an event, and after a heartbeat where the event was missed', async () => {
    await using server = await startNatsServer();
    await using host = await startFakeHost({ url: server.url, hostId: 'N1', signs: false });
    await using lattice = await observer(server);
    const running = () => lattice.host('N1')?.inventory.components.map(({ id }) => id);
    await lattice.client.scaleComponent('N1', {
      componentId: 'hello',
      componentRef: 'image',
      maxInstances: 1,
    });
    await expect.poll(running).toEqual(['hello']);
    host.components.clear();
    await host.heartbeat();
    await expect.poll(running).toEqual([]);
  });

  it('is newer than the moment when somebody asked for it', async () => {
    await using server = await startNatsServer();
    await using host = await startFakeHost({ url: server.url, hostId: 'N1' });
    await using lattice = await observer(server);
    for (let revision = 1; revision <= 20; revision++) {
      host.components.set('hello', {
        id: 'hello',
        imageRef: 'image',
        annotations: {},
        maxInstances: 1,
        revision,
      });
      await lattice.observed.refreshed('N1');
      expect(lattice.host('N1')?.inventory.components[0]?.revision).toBe(revision);
    }
  });

  it('is without a host whose process ended, whether it gave signs of life or not', async () => {
    await using server = await startNatsServer();
    await using ours = await startFakeHost({ url: server.url, hostId: 'N1' });
    await using theirs = await startFakeHost({ url: server.url, hostId: 'N2', signs: false });
    await using lattice = await observer(server, { quietMs: 300, quietOthersMs: 300 });
    await ours.die();
    await expect.poll(() => lattice.ids()).toEqual(['N2']);
    await theirs.die();
    await expect.poll(() => lattice.ids()).toEqual([]);
  });

  it('is without a host that is cut off, until it is heard of again, and then it has to settle', async () => {
    await using server = await startNatsServer();
    await using host = await startFakeHost({ url: server.url, hostId: 'N1' });
    await using lattice = await observer(server, { quietMs: 1_000, silentMs: 2_000 });
    expect(lattice.host('N1')?.isSettled).toBe(true);
    host.fallSilent();
    await expect.poll(() => lattice.ids()).toEqual([]);
    host.comeBack();
    await expect.poll(() => lattice.ids()).toEqual(['N1']);
    expect(lattice.host('N1')?.isSettled).toBe(false);
  });

  it('is told when a young host has settled', async () => {
    await using server = await startNatsServer();
    await using _host = await startFakeHost({ url: server.url, hostId: 'N1', uptimeSeconds: 0 });
    await using lattice = await observer(server, { settleMs: 500 });
    await expect.poll(() => lattice.host('N1')?.isSettled).toBe(true);
    await expect.poll(() => lattice.changes()).toBe(2);
  });
});
