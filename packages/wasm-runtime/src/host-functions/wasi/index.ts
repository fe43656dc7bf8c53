import type { HostInterface } from '../host-interface.js';
import { busInterfaces } from '../wasmcloud/bus/index.js';
import { messagingInterfaces } from '../wasmcloud/messaging/index.js';
import { secretsInterfaces } from '../wasmcloud/secrets/index.js';
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
  ...secretsInterfaces,
];

/**
 * What belongs to the host and what it does not have, by interface, package or namespace: a component that imports it fails when it is
 * loaded, instead of calling the lattice, where nobody could answer.
 */
export const unavailableInterfaces: ReadonlyMap<string, string> = new Map([
  [
    'wasi:clocks/timezone',
    'no time zones are served (nor does wasmCloud); carry the zone data in the component, and use wasi:clocks/wall-clock',
  ],
  ['wasmcloud:secrets', 'this host does not serve it, and no link can'],
  ['wasmcloud:identity', 'this host gives components no identity of their own; build without it'],
  ['wasmcloud:bus', 'this host does not serve it, and no link can'],
  [
    'wrpc:rpc',
    'this host makes no calls for names that a component chooses; import the interface to be called',
  ],
  ['wasi', "this host does not serve it, and no link can: the namespace wasi is the host's own"],
]);
