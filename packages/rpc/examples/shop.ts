/**
 * What shop-server.ts and shop-client.ts agree on. The interface in WIT:
 *
 *     package acme:shop@1.0.0;
 *     interface orders {
 *       record line { article: string, count: u32 }
 *       variant problem { unknown-article(string), sold-out(u32), closed }
 *       record receipt { order-id: u64, total-cents: u32 }
 *       place: func(customer: string, lines: list<line>) -> result<receipt, problem>;
 *     }
 */

import { func, t, witInterface } from '@wasmlattice/rpc';

const line = t.record({ article: t.string, count: t.u32 });
const problem = t.variant({ 'unknown-article': t.string, 'sold-out': t.u32, closed: undefined });
const receipt = t.record({ 'order-id': t.u64, 'total-cents': t.u32 });

export const orders = witInterface('acme:shop/orders@1.0.0', [
  func(
    'place',
    [
      ['customer', t.string],
      ['lines', t.list(line)],
    ],
    t.result(receipt, problem),
  ),
]);

/** Component or provider id of the server. */
export const target = 'shop';
export const lattice = 'default';
