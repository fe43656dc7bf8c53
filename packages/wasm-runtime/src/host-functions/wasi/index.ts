import type { HostInterface } from '../host-interface.js';
import { busInterfaces } from '../wasmcloud/bus/index.js';
import { messagingInterfaces } from '../wasmcloud/messaging/index.js';
import { blobstoreInterfaces } from './blobstore/index.js';
import { cliInterfaces } from './cli/index.js';
import { clocksInterfaces } from './clocks/index.js';
import { configInterfaces } from './config/index.js';
import { filesystemInterfaces } from './filesystem/index.js';
import { httpInterfaces } from './http/index.js';
import { ioInterfaces } from './io/index.js';
import { keyvalueInterfaces } from './keyvalue/index.js';
import { loggingInterfaces } from './logging/index.js';
import { randomInterfaces } from './random/index.js';
import { socketsInterfaces } from './sockets/index.js';

/** Everything this package serves to guests (docs/spec/wrpc-interfaces.md#8). */
export const hostInterfaces: readonly HostInterface[] = [
  ...ioInterfaces,
  ...clocksInterfaces,
  ...randomInterfaces,
  ...cliInterfaces,
  ...filesystemInterfaces,
  ...socketsInterfaces,
  ...httpInterfaces,
  ...loggingInterfaces,
  ...configInterfaces,
  ...keyvalueInterfaces,
  ...blobstoreInterfaces,
  ...busInterfaces,
  ...messagingInterfaces,
];

/**
 * Interfaces that belong to the host and that it does not have: they fail when a component is loaded, instead of
 * becoming lattice calls that nobody answers.
 */
export const unavailableInterfaces: ReadonlyMap<string, string> = new Map([
  [
    'wasi:clocks/timezone',
    'no time zones are served (nor does wasmCloud); carry the zone data in the component, and use wasi:clocks/wall-clock',
  ],
]);
