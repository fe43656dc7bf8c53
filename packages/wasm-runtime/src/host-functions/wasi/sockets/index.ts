import { type HostInterface, wasi02 } from '../../host-interface.js';
import { ResultError } from '../io/index.js';
import { unreachableResource } from '../unreachable-resource.js';

/** Resource `wasi:sockets/network.network`; every guest may have it, and it leads nowhere. */
class Network {}

const TcpSocket = unreachableResource('TcpSocket', [
  'startBind',
  'finishBind',
  'startConnect',
  'finishConnect',
  'startListen',
  'finishListen',
  'accept',
  'localAddress',
  'remoteAddress',
  'isListening',
  'addressFamily',
  'setListenBacklogSize',
  'keepAliveEnabled',
  'setKeepAliveEnabled',
  'keepAliveIdleTime',
  'setKeepAliveIdleTime',
  'keepAliveInterval',
  'setKeepAliveInterval',
  'keepAliveCount',
  'setKeepAliveCount',
  'hopLimit',
  'setHopLimit',
  'receiveBufferSize',
  'setReceiveBufferSize',
  'sendBufferSize',
  'setSendBufferSize',
  'subscribe',
  'shutdown',
]);

const UdpSocket = unreachableResource('UdpSocket', [
  'startBind',
  'finishBind',
  'stream',
  'localAddress',
  'remoteAddress',
  'addressFamily',
  'unicastHopLimit',
  'setUnicastHopLimit',
  'receiveBufferSize',
  'setReceiveBufferSize',
  'sendBufferSize',
  'setSendBufferSize',
  'subscribe',
]);

const IncomingDatagramStream = unreachableResource('IncomingDatagramStream', ['receive', 'subscribe']);
const OutgoingDatagramStream = unreachableResource('OutgoingDatagramStream', [
  'checkSend',
  'send',
  'subscribe',
]);
const ResolveAddressStream = unreachableResource('ResolveAddressStream', ['resolveNextAddress', 'subscribe']);

function refuse(): never {
  throw new ResultError('access-denied');
}

/** `wasi:sockets@0.2`: linked, every socket and every lookup refused (docs/spec/component-runtime.md#3). */
export const socketsInterfaces: readonly HostInterface[] = [
  {
    name: 'wasi:sockets/network',
    ...wasi02,
    suspending: [],
    bind: () => ({ Network, networkErrorCode: () => undefined }),
  },
  {
    name: 'wasi:sockets/instance-network',
    ...wasi02,
    suspending: [],
    bind: () => ({ instanceNetwork: () => new Network() }),
  },
  {
    name: 'wasi:sockets/ip-name-lookup',
    ...wasi02,
    suspending: [],
    bind: () => ({ ResolveAddressStream, resolveAddresses: refuse }),
  },
  { name: 'wasi:sockets/tcp', ...wasi02, suspending: [], bind: () => ({ TcpSocket }) },
  {
    name: 'wasi:sockets/tcp-create-socket',
    ...wasi02,
    suspending: [],
    bind: () => ({ createTcpSocket: refuse }),
  },
  {
    name: 'wasi:sockets/udp',
    ...wasi02,
    suspending: [],
    bind: () => ({ UdpSocket, IncomingDatagramStream, OutgoingDatagramStream }),
  },
  {
    name: 'wasi:sockets/udp-create-socket',
    ...wasi02,
    suspending: [],
    bind: () => ({ createUdpSocket: refuse }),
  },
];
