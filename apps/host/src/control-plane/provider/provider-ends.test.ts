import type { ThreadNotice } from '@wasmlattice/component-host';
import {
  createEnvelopeEncoder,
  eventSubject,
  providerStateChanged,
  providerStopped,
} from '@wasmlattice/events';
import { providerHealthSubject } from '@wasmlattice/provider-host/protocol';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followEndsElsewhere } from './ends-elsewhere.js';
import { createProviderEnds, type ProviderEnds } from './provider-ends.js';

const lattice = 'default';
let nats: TestNatsServer;
let connection: NatsConnection;
let ends: ProviderEnds;
let notices: ThreadNotice[];

beforeEach(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
  notices = [];
  ends = createProviderEnds({
    connection,
    lattice,
    isBuiltin: (id) => id === 'builtin',
    notify: (notice) => notices.push(notice),
  });
});
afterEach(async () => {
  ends.close();
  await connection.close();
  await nats[Symbol.asyncDispose]();
});

describe('the end of a process of a provider', () => {
  it('is told, and that nobody serves the provider where nobody does', async () => {
    ends.tell('gone');
    expect(notices).toEqual([{ kind: 'target-ended', target: 'gone' }]);
    await expect
      .poll(() => notices)
      .toContainEqual(expect.objectContaining({ kind: 'target-gone', target: 'gone' }));
  });

  it('leaves calls to others that serve it', async () => {
    const asked = Promise.withResolvers<void>();
    connection.subscribe(providerHealthSubject(lattice, 'kept'), {
      callback(_, message) {
        message.respond('{"healthy":true}');
        asked.resolve();
      },
    });
    ends.tell('kept');
    await asked.promise;
    await connection.flush();
    expect(notices).toEqual([{ kind: 'target-ended', target: 'kept' }]);
  });

  it('is no reason to ask a built-in provider, which would not answer', async () => {
    ends.tell('builtin');
    ends.tell('gone');
    await expect.poll(() => notices.filter(({ kind }) => kind === 'target-gone')).toHaveLength(3);
    expect(notices).not.toContainEqual(expect.objectContaining({ kind: 'target-gone', target: 'builtin' }));
  });
});

describe('the ends of providers elsewhere', () => {
  it('are told by the events of their hosts', async () => {
    const told: string[] = [];
    const followed = await followEndsElsewhere({
      connection,
      lattice,
      hostId: 'NHERE',
      ends: { tell: (id) => told.push(id) },
      logger: noopLogger,
    });
    const encode = createEnvelopeEncoder({ source: 'NTHERE' });
    const changed = (
      hostId: string,
      providerId: string,
      state: 'restarting' | 'crash-loop' | 'running' | 'silent',
    ) => providerStateChanged({ hostId, providerId, state, reason: '', crashes: 1, lastLines: [] });
    for (const event of [
      changed('NTHERE', 'silent', 'silent'),
      changed('NHERE', 'own', 'restarting'),
      changed('NTHERE', 'crashed', 'restarting'),
      changed('NTHERE', 'crashed', 'running'),
      changed('NTHERE', 'looping', 'crash-loop'),
      providerStopped({ hostId: 'NTHERE', providerId: 'stopped', annotations: {} }),
    ]) {
      connection.publish(eventSubject(lattice, event.name), encode(event));
    }
    await expect.poll(() => told).toEqual(['crashed', 'looping', 'stopped']);
    await followed.close();
  });

  it('are not followed without a right to those events, which keeps no host from starting', async () => {
    await using other = await startNatsServer({
      config:
        'authorization { users = [ { user: u, password: p, permissions: { subscribe: { deny: "wasmbus.evt.>" } } } ] }',
    });
    const viewer = await connect({ servers: other.url, user: 'u', pass: 'p' });
    const followed = await followEndsElsewhere({
      connection: viewer,
      lattice,
      hostId: 'NHERE',
      ends: { tell: () => {} },
      logger: noopLogger,
    });
    await followed.close();
    await viewer.close();
  });
});
