export { type HostCommand, type HostConfig, parseHostConfig } from './config.js';
export { type CreateHostOptions, createHost } from './create-host.js';
export { type Host, type HostState, ShutdownTimeoutError } from './host.js';
