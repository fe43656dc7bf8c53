import { homedir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Programs and artifacts under test, as a build leaves them. */
export const paths = {
  root,
  host: join(root, 'apps/host/dist/main.js'),
  cli: join(root, 'apps/cli/dist/main.js'),
  keyvalueProvider: join(root, 'apps/providers/keyvalue-nats/dist/main.js'),
  redisProvider: join(root, 'apps/providers/keyvalue-redis/dist/main.js'),
  postgresProvider: join(root, 'apps/providers/sqldb-postgres/dist/main.js'),
  sqliteProvider: join(root, 'apps/providers/sqldb-sqlite/dist/main.js'),
  blobstoreProvider: join(root, 'apps/providers/blobstore-fs/dist/main.js'),
  messagingMqttProvider: join(root, 'apps/providers/messaging-mqtt/dist/main.js'),
  blobstoreNatsProvider: join(root, 'apps/providers/blobstore-nats/dist/main.js'),
  messagingProvider: join(root, 'apps/providers/messaging-nats/dist/main.js'),
  foreignProvider: join(root, 'test-e2e/src/foreign-provider.ts'),
  toldProvider: join(root, 'test-e2e/src/told-provider.ts'),
  patientProvider: join(root, 'test-e2e/src/patient-provider.ts'),
  stuckProvider: join(root, 'test-e2e/src/stuck-provider.ts'),
  unrulyProvider: join(root, 'test-e2e/src/unruly-provider.ts'),
  policyService: join(root, 'test-e2e/src/policy-service.ts'),
  hello: join(root, 'examples/http-hello/dist/http-hello.wasm'),
  counter: join(root, 'examples/http-counter/dist/http-counter.wasm'),
  counterManifest: join(root, 'examples/http-counter/wadm.yaml'),
  echo: join(root, 'test-e2e/guests/echo/dist/echo.wasm'),
  ops: join(root, 'test-e2e/guests/ops/dist/ops.wasm'),
  caller: join(root, 'test-e2e/guests/caller/dist/caller.wasm'),
  fetcher: join(root, 'test-e2e/guests/fetcher/dist/fetcher.wasm'),
  storage: join(root, 'test-e2e/guests/storage/dist/storage.wasm'),
  messengerV3: join(root, 'test-e2e/guests/messenger-v3/dist/messenger-v3.wasm'),
  messenger: join(root, 'test-e2e/guests/messenger/dist/messenger.wasm'),
  watcher: join(root, 'test-e2e/guests/watcher/dist/watcher.wasm'),
  probe: join(root, 'test-e2e/guests/probe/dist/probe.wasm'),
  secretiveProvider: join(root, 'test-e2e/src/secretive-provider.ts'),
} as const;

/** Compiled components are shared between runs: what a host keeps there is keyed by content. */
export const cacheDir: string =
  process.env.WASMLATTICE_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wasmlattice');
