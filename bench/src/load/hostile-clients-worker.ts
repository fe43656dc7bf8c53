import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { type HostileKind, type HostileOptions, hostileClients } from './hostile-clients.js';

// A thread of its own, so that what it costs the one that measures is the processor alone.
const { kind, port } = workerData as HostileOptions;

const start = 'GET / HTTP/1.1\r\nHost: a\r\n';
const line = Buffer.from(`a: ${'x'.repeat(1_018)}\r\n`);
const block = Buffer.concat(Array.from({ length: 64 }, () => line));
const bomb = Buffer.from(`${start}${'a: '.padEnd(20, 'x').concat('\r\n').repeat(2_700)}\r\n`);
const body = Buffer.alloc(64 * 1024, 'x');

/** Writes the same again and again, as quick as it is taken. */
function pour(socket: Socket, bytes: Buffer): void {
  const more = (error?: Error | null): void => {
    if (!error && socket.writable) socket.write(bytes, more);
  };
  more();
}

const behaviours: Readonly<Record<HostileKind, (socket: Socket) => void>> = {
  'endless heads': (socket) => {
    socket.write(start);
    pour(socket, block);
  },
  'header bombs': (socket) => void socket.write(bomb),
  'endless bodies': (socket) => {
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${10 * 1024 ** 3}\r\n\r\n`);
    pour(socket, body);
  },
  'slow heads': (socket) => {
    const drip = setInterval(() => socket.write('x'), 1_000);
    socket.write(`${start}a: `);
    socket.once('close', () => clearInterval(drip));
  },
  'idle connections': () => {},
};

async function open(): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.once('close', () => void open());
  await once(socket, 'connect');
  behaviours[kind](socket);
}

/** As many as a listener's queue takes at once. */
const atOnce = 100;
for (let left: number = hostileClients[kind]; left > 0; left -= atOnce) {
  await Promise.all(Array.from({ length: Math.min(atOnce, left) }, open));
}
parentPort?.postMessage('at it');
