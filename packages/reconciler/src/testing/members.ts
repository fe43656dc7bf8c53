import { apiSubject, createKvApplicationStore } from '@wasmlattice/applications';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { expect } from 'vitest';
import type { LatticeData } from '../lattice-data.js';
import { startReconciler } from '../reconciler.js';
import { type FakeHost, type FakeLattice, startFakeHost } from './fake-host.js';

export const lattice = 'default';

/** Links and configs of fake hosts. */
export function fakeLattice(): FakeLattice & { readonly data: LatticeData } {
  const listeners = new Set<() => void>();
  const fake: FakeLattice = {
    links: [],
    configs: new Map(),
    onChange() {
      for (const listener of listeners) listener();
    },
  };
  const data: LatticeData = {
    links: () => fake.links,
    config: (name) => fake.configs.get(name),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return Object.assign(fake, { data });
}

export interface Member extends AsyncDisposable {
  readonly host: FakeHost;
  readonly acts: () => boolean;
  /** Its own, which a test may cut. */
  readonly connection: NatsConnection;
  /** Ends host and reconciler without a word. */
  die(): Promise<void>;
}

/** A host that takes part in keeping the applications. */
export async function member(
  server: TestNatsServer,
  hostId: string,
  shared: ReturnType<typeof fakeLattice>,
  broken: ReadonlySet<string> = new Set(),
  logger: Logger = noopLogger,
): Promise<Member> {
  const host = await startFakeHost({ url: server.url, hostId, lattice: shared, broken });
  const connection = await connect({ servers: server.url });
  const reconciler = startReconciler({
    connection,
    lattice,
    hostId,
    store: createKvApplicationStore({ jetstream: connection.jetstream(), lattice }),
    data: shared.data,
    times: { pingMs: 800, quietMs: 500 },
    probeMs: 100,
    logger,
  });
  return {
    host,
    acts: () => reconciler.acts,
    connection,
    async die() {
      await Promise.all([host.die(), connection.close()]);
    },
    async [Symbol.asyncDispose]() {
      await reconciler.close();
      await reconciler.close();
      await host.die();
      await connection.close();
    },
  };
}

/** Asks wadm's API, as soon as somebody serves it. */
export async function ask(
  connection: NatsConnection,
  operation: Parameters<typeof apiSubject>[1],
  name?: string,
  body: unknown = {},
): Promise<Record<string, unknown>> {
  let answer: Record<string, unknown> = {};
  await expect
    .poll(async () => {
      // Asked again only where nobody serves it yet: what was put once is there.
      const subject = apiSubject({ lattice }, operation, name);
      answer = (await connection.request(subject, JSON.stringify(body), { timeout: 20_000 })).json();
      return answer;
    })
    .toBeDefined();
  return answer;
}
