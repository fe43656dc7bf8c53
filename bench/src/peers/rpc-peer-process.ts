import { createNatsServer } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';
import {
  chunkBytes,
  download,
  echo,
  lattice,
  peerAddress,
  rawDownloadSubject,
  rawRelaySubject,
  rawSinkSubject,
  streamBytes,
  unflushedBytes,
} from './peer-contract.js';
import type { PeerCommand, PeerReport, PeerRole } from './rpc-peer.js';

const [servers = '', role] = process.argv.slice(2);
const connection = await connect({ servers });
const chunk = new Uint8Array(chunkBytes);

function report(message: PeerReport): void {
  process.send?.(message);
}

async function* chunks(bytes: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < bytes; sent += chunkBytes) yield chunk.subarray(0, bytes - sent);
}

async function publishRaw(subject: string, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += chunkBytes) {
    connection.publish(subject, chunk.subarray(0, bytes - sent));
    if ((sent + chunkBytes) % unflushedBytes === 0) await connection.flush();
  }
}

async function serveCalls(): Promise<void> {
  const server = createNatsServer({ connection, lattice });
  await server.serve({ ...peerAddress, func: echo, handler: async ([bytes]) => bytes });
  await server.serve({ ...peerAddress, func: download, handler: async ([bytes]) => chunks(Number(bytes)) });
}

async function serveRaw(): Promise<void> {
  connection.subscribe(rawDownloadSubject, {
    callback: (_error, message) => void publishRaw(message.reply ?? '', Number(message.string())),
  });
  await connection.flush();
}

async function relayRaw(): Promise<void> {
  const subscription = connection.subscribe(rawRelaySubject);
  await connection.flush();
  void (async () => {
    let unflushed = 0;
    for await (const { data, reply } of subscription) {
      connection.publish(rawSinkSubject, data, { ...(reply !== undefined && { reply }) });
      unflushed += data.length;
      if (unflushed < unflushedBytes) continue;
      unflushed = 0;
      await connection.flush();
    }
  })();
}

async function sinkRaw(): Promise<void> {
  let received = 0;
  connection.subscribe(rawSinkSubject, {
    callback: (_error, message) => {
      received += message.data.length;
      if (received < streamBytes) return;
      received -= streamBytes;
      message.respond();
    },
  });
  await connection.flush();
}

const serve: Readonly<Record<PeerRole, () => Promise<void>>> = {
  calls: serveCalls,
  raw: serveRaw,
  'raw-relay': relayRaw,
  'raw-sink': sinkRaw,
};
await serve[role as PeerRole]();

process.on('message', (command: PeerCommand) => {
  switch (command.kind) {
    case 'peak-memory':
      report({ kind: 'peak-memory', bytes: process.resourceUsage().maxRSS * 1024 });
      break;
  }
});
process.on('disconnect', () => process.exit());
report({ kind: 'ready' });
