import { WitPackages } from '../formats/wit/index.js';
import { parseInterfaceId } from '../interface-id.js';
import type { HostInterface } from './host-interface.js';
import { blobstoreWit } from './wasi/blobstore/wit.js';
import { cliWit } from './wasi/cli/wit.js';
import { cli03Wit } from './wasi/cli/wit03.js';
import { clocksWit } from './wasi/clocks/wit.js';
import { clocks03Wit } from './wasi/clocks/wit03.js';
import { configWit } from './wasi/config/wit.js';
import { filesystemWit } from './wasi/filesystem/wit.js';
import { filesystem03Wit } from './wasi/filesystem/wit03.js';
import { http03Wit } from './wasi/http/wasi03/wit.js';
import { httpWit } from './wasi/http/wit.js';
import { ioWit } from './wasi/io/wit.js';
import { keyvalueWit } from './wasi/keyvalue/wit.js';
import { loggingWit } from './wasi/logging/wit.js';
import { randomWit } from './wasi/random/wit.js';
import { random03Wit } from './wasi/random/wit03.js';
import { socketsWit } from './wasi/sockets/wit.js';
import { sockets03Wit } from './wasi/sockets/wit03.js';
import { busV1Wit, busWit, rpcWit } from './wasmcloud/bus/wit.js';
import { messagingV3Wit, messagingWit } from './wasmcloud/messaging/wit.js';
import { secretsWit } from './wasmcloud/secrets/wit.js';

/** Together, since they use each other's types. */
const served = new WitPackages(
  ioWit,
  clocksWit,
  randomWit,
  cliWit,
  filesystemWit,
  socketsWit,
  httpWit,
  clocks03Wit,
  random03Wit,
  cli03Wit,
  filesystem03Wit,
  sockets03Wit,
  http03Wit,
  loggingWit,
  configWit,
  keyvalueWit,
  blobstoreWit,
  rpcWit,
  busWit,
  busV1Wit,
  messagingWit,
  messagingV3Wit,
  secretsWit,
);

/**
 * Name and table of an interface whose WIT is in this folder.
 *
 * @param id with the version that its WIT has
 */
export function declared(id: string): Pick<HostInterface, 'name' | 'declared'> {
  return {
    name: parseInterfaceId(id).name,
    declared() {
      const found = served.get(id);
      if (found === undefined) throw new Error(`there is no WIT of ${id}`);
      return found;
    },
  };
}
