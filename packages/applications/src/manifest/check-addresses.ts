import type { StringMap } from '@wasmlattice/control-interface';
import type { NodeReader } from './node-reader.js';

/** A loopback name or address where a host of an address stands: alone, behind `//` or `@`, or in a list. */
const loopback = /(?:^|[/@,|\s])(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?=$|[:/?,|\s])/i;

/** Keys of the built-in HTTP server and of `http-server`: addresses to listen at, not to reach. */
const listened = new Set(['address', 'default_address']);

/** Warns of addresses in a config that every host takes for itself. `node` has the texts. */
export function checkAddresses(texts: StringMap, node: NodeReader): void {
  for (const [key, value] of Object.entries(texts)) {
    const [, name] = loopback.exec(value) ?? [];
    if (name === undefined) continue;
    const at = node.get(key);
    if (!listened.has(key.toLowerCase())) {
      at.warning(
        `${name} is the machine, or the container, of whichever host runs this: give a name that all hosts can reach, unless there is one host alone`,
      );
    } else if (name.toLowerCase() === 'localhost') {
      at.warning(
        `what is listened at is an IP address and a port: ${value.replace(/localhost/i, '127.0.0.1')} for clients on the machine of the host (in a container: for nobody outside), ${value.replace(/localhost/i, '0.0.0.0')} for all`,
      );
    }
  }
}
