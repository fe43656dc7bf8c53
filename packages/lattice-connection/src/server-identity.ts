import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** What Node.js takes for the name of a server whom the NATS client knows by an address alone. */
const nameOfNobody = 'localhost';

/**
 * Has the certificate of a server that is known by an address checked against that: the NATS client names no server to TLS then, and every such
 * certificate would be refused. One of several addresses has to be in it. Empty where all servers have names.
 */
export function addressIdentity(
  urls: readonly string[],
): Pick<ConnectionOptions, 'checkServerIdentity'> | Record<string, never> {
  const hosts = urls.map(hostOf);
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  if (addresses.length === 0) return {};
  return {
    checkServerIdentity(name, certificate) {
      // 2 MB of memory: who gets here has it loaded.
      const { checkServerIdentity } = process.getBuiltinModule('node:tls');
      const asked = name === nameOfNobody && !hosts.includes(nameOfNobody) ? addresses : [name];
      const problems = asked.map((host) => checkServerIdentity(host, certificate));
      return problems.includes(undefined) ? undefined : problems[0];
    },
  };
}

function hostOf(url: string): string {
  const { hostname = '' } = URL.parse(url.includes('://') ? url : `nats://${url}`) ?? {};
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
