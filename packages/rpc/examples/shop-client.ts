/**
 * Orders from shop-server.ts:
 *
 *     NATS_URL=nats://127.0.0.1:4222 node shop-client.ts
 */

import { createClient, RpcError } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';
import { lattice, orders, target } from './shop.ts';

const connection = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' });
const invoker = createNatsInvoker({ connection, lattice, timeoutMs: 5_000 });
const shop = createClient(invoker, { target, interface: orders, headers: { 'source-id': 'shop-client' } });

async function order(article: string, count: number): Promise<string> {
  const placed = await shop.place('Ada', [{ article, count }]);
  if (placed.tag === 'ok') return `order ${placed.val.orderId}: ${placed.val.totalCents} cents`;
  const problem = placed.val;
  switch (problem.tag) {
    case 'unknown-article':
      return `no ${problem.val} here`;
    case 'sold-out':
      return `only ${problem.val} left`;
    case 'closed':
      return 'closed';
  }
}

try {
  console.log(await order('apple', 3));
  console.log(await order('pear', 5));
  console.log(await order('melon', 1));
} catch (error) {
  // What the shop says no to is a result. This is about calls that got no result.
  if (!(error instanceof RpcError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}

await invoker.close();
await connection.close();
