import type { HostInterface } from '../host-interface.js';
import { busInterfaces } from '../wasmcloud/bus/index.js';
import { messagingInterfaces } from '../wasmcloud/messaging/index.js';
import { blobstoreInterfaces } from './blobstore/index.js';
import { cliInterfaces } from './cli/index.js';
import { cli03Interfaces } from './cli/wasi03.js';
import { clocksInterfaces } from './clocks/index.js';
import { clocks03Interfaces } from './clocks/wasi03.js';
import { configInterfaces } from './config/index.js';
import { filesystemInterfaces } from './filesystem/index.js';
import { filesystem03Interfaces } from './filesystem/wasi03.js';
import { http03Interfaces, httpInterfaces } from './http/index.js';
import { ioInterfaces } from './io/index.js';
import { keyvalueInterfaces } from './keyvalue/index.js';
import { loggingInterfaces } from './logging/index.js';
import { randomInterfaces } from './random/index.js';
import { random03Interfaces } from './random/wasi03.js';
import { socketsInterfaces } from './sockets/index.js';
import { sockets03Interfaces } from './sockets/wasi03.js';

/** Everything this package serves to guests (docs/spec/wrpc-interfaces.md#8). */
export const hostInterfaces: readonly HostInterface[] = [
  ...ioInterfaces,
  ...clocksInterfaces,
  ...randomInterfaces,
  ...cliInterfaces,
  ...filesystemInterfaces,
  ...socketsInterfaces,
  ...httpInterfaces,
  ...clocks03Interfaces,
  ...random03Interfaces,
  ...cli03Interfaces,
  ...filesystem03Interfaces,
  ...sockets03Interfaces,
  ...http03Interfaces,
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
