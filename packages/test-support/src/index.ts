export { startCeph, type TestCeph, type TestS3User } from './ceph.js';
export { Chaos } from './chaos.js';
export { type Child, startChild } from './child.js';
export { freePort } from './free-port.js';
export { httpErrorCodeWit } from './http-error-code-wit.js';
export { http02Guest, http02GuestExport } from './http02-guest.js';
export { http02Wit } from './http02-wit.js';
export {
  type GuestText,
  http03Guest,
  http03GuestExport,
  http03Leaver,
  http03Proxy,
} from './http03-guests.js';
export { startMosquitto, type TestMosquitto, type TestMosquittoOptions } from './mosquitto.js';
export { startNatsServer, type TestNatsServer, type TestNatsServerOptions } from './nats-server.js';
export { startPostgres, type TestPostgres, type TestPostgresOptions } from './postgres.js';
export { type LogRecord, RecordingLogger } from './recording-logger.js';
export {
  startRedis,
  startRedisCluster,
  type TestRedis,
  type TestRedisCluster,
  type TestRedisOptions,
} from './redis.js';
export { registryUser, startRegistry, type TestRegistry, type TestRegistryOptions } from './registry.js';
export { createTempDir, type TempDir } from './temp-dir.js';
export { createTestAuthority, type TestAuthority, type TestCertificate } from './test-certificates.js';
export { unpackedLibraries, unpackedRoot } from './unpacked-libraries.js';
export { startWasmcloudHost, type WasmcloudHost, type WasmcloudHostOptions } from './wasmcloud-host.js';
