import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestBucket } from '@wasmlattice/applications';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { runCli } from '../program.js';
import { type FakeHost, type FakeHostOptions, startFakeHost } from './fake-host.js';
import { createTestIo, type TestIo } from './test-io.js';

/** The command line with a NATS server, a folder for each test, and hosts that a test starts. */
export interface CliScenario {
  readonly server: TestNatsServer;
  readonly folder: string;
  /** Starts a host; it stops after the test, if not before. */
  readonly host: (options?: Partial<FakeHostOptions>) => Promise<FakeHost>;
  readonly stopHosts: () => Promise<void>;
  /** Runs a command line and returns what it wrote. */
  readonly cli: (...argv: string[]) => Promise<TestIo & { code: number }>;
}

/** For the tests of a file: server, folder and hosts come and go with them. */
export function useCliScenario(): CliScenario {
  let server: TestNatsServer;
  let folder: string;
  const hosts: FakeHost[] = [];
  const stopHosts = async (): Promise<void> => {
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
  };
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wasmlattice-cli-'));
  });
  afterEach(async () => {
    await stopHosts();
    await forgetApplications(server.url);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get server() {
      return server;
    },
    get folder() {
      return folder;
    },
    async host(options = {}) {
      const started = await startFakeHost({
        url: server.url,
        hostId: 'NA1',
        friendlyName: 'calm-fox-0001',
        ...options,
      });
      hosts.push(started);
      return started;
    },
    stopHosts,
    async cli(...argv) {
      const io = createTestIo({ WASMLATTICE_NATS_URL: server.url }, folder);
      const code = await runCli(argv, io);
      return Object.assign(io, { code });
    },
  };
}

/** The lattice of a test has no applications of the one before. */
async function forgetApplications(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const manager = await connection.jetstreamManager();
    for await (const { config } of manager.streams.list()) {
      if (config.name === `KV_${manifestBucket}`) await manager.streams.delete(config.name);
    }
  } finally {
    await connection.close();
  }
}
