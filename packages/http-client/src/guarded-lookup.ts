import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Destination } from './allow-list.js';
import { type ClientPolicy, DeniedError } from './policy.js';

type Resolve = (
  host: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves the names of a connection. What it hands out is what is connected to, and it hands out allowed addresses alone: no name
 * can lead elsewhere between the check and the connection.
 */
export function guardedLookup(policy: ClientPolicy, port: number, resolve: Resolve = lookup): LookupFunction {
  return (host, options, callback) => {
    const destination: Destination = { host: host.toLowerCase().replace(/\.$/, ''), port };
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed: LookupAddress[] = [];
      let denied: DeniedError | undefined;
      for (const each of addresses) {
        try {
          policy.checkAddress(destination, each.address);
          allowed.push(each);
        } catch (cause) {
          if (!(cause instanceof DeniedError)) throw cause;
          denied ??= cause;
        }
      }
      const [first] = allowed;
      if (first === undefined) callback(denied ?? noAddress(host), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function noAddress(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}
