import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../io/index.js';
import { unreachableResource } from '../unreachable-resource.js';

/** Resource `wasi:sockets/network.network`; every guest may have it, and it leads nowhere. */
class Network {}

const tcp = declared('wasi:sockets/tcp@0.2.12');
const tcpSocket = unreachableResource(tcp.declared, 'tcp-socket');

const udp = declared('wasi:sockets/udp@0.2.12');
const udpSocket = unreachableResource(udp.declared, 'udp-socket');
const incomingDatagramStream = unreachableResource(udp.declared, 'incoming-datagram-stream');
const outgoingDatagramStream = unreachableResource(udp.declared, 'outgoing-datagram-stream');

const lookup = declared('wasi:sockets/ip-name-lookup@0.2.12');
const resolveAddressStream = unreachableResource(lookup.declared, 'resolve-address-stream');

function refuse(): never {
  throw new ResultError('access-denied');
}

/** `wasi:sockets@0.2`: linked, every socket and every lookup refused (docs/spec/component-runtime.md#3). */
export const socketsInterfaces: readonly HostInterface[] = [
  {
    ...declared('wasi:sockets/network@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: () => ({ Network, networkErrorCode: () => undefined }),
  },
  {
    ...declared('wasi:sockets/instance-network@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: () => ({ instanceNetwork: () => new Network() }),
  },
  {
    ...lookup,
    ...wasi02,
    suspending: [],
    bind: () => ({ ResolveAddressStream: resolveAddressStream(), resolveAddresses: refuse }),
  },
  { ...tcp, ...wasi02, suspending: [], bind: () => ({ TcpSocket: tcpSocket() }) },
  {
    ...declared('wasi:sockets/tcp-create-socket@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: () => ({ createTcpSocket: refuse }),
  },
  {
    ...udp,
    ...wasi02,
    suspending: [],
    bind: () => ({
      UdpSocket: udpSocket(),
      IncomingDatagramStream: incomingDatagramStream(),
      OutgoingDatagramStream: outgoingDatagramStream(),
    }),
  },
  {
    ...declared('wasi:sockets/udp-create-socket@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: () => ({ createUdpSocket: refuse }),
  },
];
