import { createNatsServer } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';
import { chunkBytes, download, echo, lattice, peerAddress, rawDownloadSubject } from './peer-contract.js';
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

/** Bytes handed to the client before a round trip: without one, it would hold all of them. */
const unflushedBytes = 1024 * 1024;

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

await ((role as PeerRole) === 'raw' ? serveRaw() : serveCalls());

process.on('message', (command: PeerCommand) => {
  switch (command.kind) {
    case 'peak-memory':
      report({ kind: 'peak-memory', bytes: process.resourceUsage().maxRSS * 1024 });
      break;
  }
});
process.on('disconnect', () => process.exit());
report({ kind: 'ready' });
