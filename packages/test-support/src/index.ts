export { Chaos } from './chaos.js';
export { type Child, startChild } from './child.js';
export { freePort } from './free-port.js';
export { httpErrorCodeWit } from './http-error-code-wit.js';
export { http02Guest, http02GuestExport } from './http02-guest.js';
export { type GuestText, http03Guest, http03GuestExport, http03Proxy } from './http03-guests.js';
export { startNatsServer, type TestNatsServer, type TestNatsServerOptions } from './nats-server.js';
export { type LogRecord, RecordingLogger } from './recording-logger.js';
export { createTempDir, type TempDir } from './temp-dir.js';
