import { type HostInterface, wasi03 } from '../../host-interface.js';
import { ResultError } from '../io/index.js';
import { unreachableResource } from '../unreachable-resource.js';

function refuse(): never {
  throw new ResultError({ tag: 'access-denied' });
}

const options = [
  'getLocalAddress',
  'getAddressFamily',
  'getReceiveBufferSize',
  'setReceiveBufferSize',
  'getSendBufferSize',
  'setSendBufferSize',
];

const TcpSocket = unreachableResource('TcpSocket', [
  ...['bind', 'connect', 'listen', 'send', 'receive', 'getRemoteAddress', 'getIsListening', ...options],
  'setListenBacklogSize',
  'getKeepAliveEnabled',
  'setKeepAliveEnabled',
  'getKeepAliveIdleTime',
  'setKeepAliveIdleTime',
  'getKeepAliveInterval',
  'setKeepAliveInterval',
  'getKeepAliveCount',
  'setKeepAliveCount',
  'getHopLimit',
  'setHopLimit',
]);

const UdpSocket = unreachableResource('UdpSocket', [
  ...['bind', 'connect', 'disconnect', 'send', 'receive', 'getRemoteAddress', ...options],
  'getUnicastHopLimit',
  'setUnicastHopLimit',
]);

/** `wasi:sockets@0.3`: linked, every socket and every lookup refused, as 0.2. */
export const sockets03Interfaces: readonly HostInterface[] = [
  {
    name: 'wasi:sockets/types',
    ...wasi03,
    suspending: [],
    bind: () => ({
      TcpSocket: Object.assign(TcpSocket, { create: refuse }),
      UdpSocket: Object.assign(UdpSocket, { create: refuse }),
    }),
  },
  {
    name: 'wasi:sockets/ip-name-lookup',
    ...wasi03,
    suspending: ['resolve-addresses'],
    bind: () => ({ resolveAddresses: refuse }),
  },
];
