/**
 * Streams in both directions: lines go in as they are made, and after each the words so far come out. Whoever leaves the loop
 * stops all of it.
 *
 *     NATS_URL=nats://127.0.0.1:4222 node word-count.ts
 */

import { createClient, func, serveInterface, t, witInterface } from '@wasmlattice/rpc';
import { createNatsInvoker, createNatsServer } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';

// count: func(lines: stream<string>) -> stream<u32>;
const words = witInterface('acme:text/words@1.0.0', [
  func('count', [['lines', t.stream(t.string)]], t.stream(t.u32)),
]);
const target = 'word-counter';
const lattice = 'default';

const connection = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' });

const server = createNatsServer({ connection, lattice });
await serveInterface(server, {
  target,
  interface: words,
  implementation: {
    async *count(lines) {
      let total = 0;
      // What arrives are chunks: as many elements as were there.
      for await (const chunk of lines) {
        for (const line of chunk) total += line.split(' ').length;
        yield [total];
      }
    },
  },
});

async function* poem(): AsyncGenerator<string[]> {
  try {
    for (let verse = 1; ; verse++) yield [`verse ${verse} of a poem without end`];
  } finally {
    console.log('the poet stops');
  }
}

const invoker = createNatsInvoker({ connection, lattice });
const counter = createClient(invoker, { target, interface: words });
for await (const totals of await counter.count(poem())) {
  console.log(`${totals.at(-1)} words`);
  if ((totals.at(-1) ?? 0) >= 21) break;
}

await invoker.close();
await server.close();
await connection.close();
