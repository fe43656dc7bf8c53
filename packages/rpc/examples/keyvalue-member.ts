/**
 * A key-value provider in memory, on the wire the same as wasmCloud's own: components linked to the provider `kv` reach it, and
 * members of other implementations that serve `kv` share its calls.
 *
 *     NATS_URL=nats://127.0.0.1:4222 node keyvalue-member.ts
 */

import { err, ok, serveInterface } from '@wasmlattice/rpc';
import { keyvalueAtomics, keyvalueStore } from '@wasmlattice/rpc/interfaces';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';

const target = 'kv';
const lattice = 'default';
const keysOfPage = 100;

const connection = await connect({
  servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
  maxReconnectAttempts: -1,
});
const server = createNatsServer({ connection, lattice });

/** Each caller has buckets of its own: who it is stands in the headers that hosts send. */
const stored = new Map<string, Map<string, Uint8Array>>();
function bucketOf(callerId: string | undefined, name: string): Map<string, Uint8Array> {
  const id = `${callerId ?? '<unknown>'} ${name}`;
  const bucket = stored.get(id) ?? new Map<string, Uint8Array>();
  stored.set(id, bucket);
  return bucket;
}

await serveInterface(server, {
  target,
  interface: keyvalueStore,
  implementation: {
    get: (bucket, key, { headers }) => ok(bucketOf(headers['source-id'], bucket).get(key)),
    set(bucket, key, value, { headers }) {
      bucketOf(headers['source-id'], bucket).set(key, value);
      return ok();
    },
    delete(bucket, key, { headers }) {
      bucketOf(headers['source-id'], bucket).delete(key);
      return ok();
    },
    exists: (bucket, key, { headers }) => ok(bucketOf(headers['source-id'], bucket).has(key)),
    listKeys(bucket, cursor = 0n, { headers }) {
      const keys = [...bucketOf(headers['source-id'], bucket).keys()].slice(Number(cursor));
      const more = keys.length > keysOfPage;
      return ok({
        keys: keys.slice(0, keysOfPage),
        cursor: more ? cursor + BigInt(keysOfPage) : undefined,
      });
    },
  },
});

await serveInterface(server, {
  target,
  interface: keyvalueAtomics,
  implementation: {
    increment(bucket, key, delta, { headers }) {
      const values = bucketOf(headers['source-id'], bucket);
      const text = Buffer.from(values.get(key) ?? []).toString() || '0';
      if (!/^\d{1,19}$/.test(text)) return err({ tag: 'other', val: `${key} holds no number` });
      const sum = BigInt(text) + delta;
      values.set(key, Buffer.from(String(sum)));
      return ok(sum);
    },
  },
});
console.log(`serving ${target}`);

process.once('SIGTERM', async () => {
  await server.close();
  await connection.close();
});
