import { type HostInterface, wasi03 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../io/index.js';
import { unreachableResource } from '../unreachable-resource.js';

function refuse(): never {
  throw new ResultError({ tag: 'access-denied' });
}

const types = declared('wasi:sockets/types@0.3.2');
const tcpSocket = unreachableResource(types.declared, 'tcp-socket', { create: refuse });
const udpSocket = unreachableResource(types.declared, 'udp-socket', { create: refuse });

/** `wasi:sockets@0.3`: linked, every socket and every lookup refused, as 0.2. */
export const sockets03Interfaces: readonly HostInterface[] = [
  {
    ...types,
    ...wasi03,
    suspending: [],
    bind: () => ({
      TcpSocket: tcpSocket(),
      UdpSocket: udpSocket(),
    }),
  },
  {
    ...declared('wasi:sockets/ip-name-lookup@0.3.2'),
    ...wasi03,
    suspending: ['resolve-addresses'],
    bind: () => ({ resolveAddresses: refuse }),
  },
];
