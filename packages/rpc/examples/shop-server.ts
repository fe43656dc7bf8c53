/**
 * Serves the interface of shop.ts until it gets SIGTERM, and then completes the orders that came before.
 *
 *     NATS_URL=nats://127.0.0.1:4222 node shop-server.ts
 *
 * Several of them share the orders.
 */

import { err, ok, serveInterface } from '@wasmlattice/rpc';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';
import { lattice, orders, target } from './shop.ts';

const stock = new Map([
  ['apple', { cents: 40, left: 100 }],
  ['pear', { cents: 60, left: 2 }],
]);
let orderId = 0n;

const connection = await connect({
  servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
  maxReconnectAttempts: -1,
});
const server = createNatsServer({ connection, lattice });

await serveInterface(server, {
  target,
  interface: orders,
  implementation: {
    // The types of parameters and result follow from shop.ts.
    place(customer, lines) {
      let totalCents = 0;
      for (const { article, count } of lines) {
        const item = stock.get(article);
        if (!item) return err({ tag: 'unknown-article', val: article });
        if (item.left < count) return err({ tag: 'sold-out', val: item.left });
        totalCents += count * item.cents;
      }
      for (const { article, count } of lines) {
        const item = stock.get(article);
        if (item) item.left -= count;
      }
      console.log(`${customer} pays ${totalCents} cents`);
      return ok({ orderId: ++orderId, totalCents });
    },
  },
});
console.log('open');

process.once('SIGTERM', async () => {
  await server.close();
  await connection.close();
  console.log('closed');
});
