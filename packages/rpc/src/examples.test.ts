import { fileURLToPath } from 'node:url';
import { type Child, startChild, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, createInbox, Empty, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok } from './builders.js';
import { keyvalueAtomics, keyvalueStore } from './interfaces/keyvalue.js';
import { createNatsInvoker, invocationSubject, targetPrefix } from './nats/index.js';
import { createClient } from './typed.js';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const lattice = 'default';

let nats: TestNatsServer;
let programs: Child[];

beforeEach(async () => {
  nats = await startNatsServer();
  programs = [];
});

afterEach(async () => {
  await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  await nats[Symbol.asyncDispose]();
});

/** Runs an example as its reader would, types stripped by Node.js itself. */
function run(file: string): Child {
  const env = { PATH: process.env.PATH, NATS_URL: nats.url, NO_COLOR: '1' };
  const program = startChild(process.execPath, [`${folder}${file}`], env);
  programs.push(program);
  return program;
}

async function outputOf(program: Child): Promise<string[]> {
  expect(await program.exited, program.output()).toBe(0);
  return program.output().trim().split('\n');
}

describe('of the examples', () => {
  it('the shop sells, and closes when it is told to', async () => {
    const server = run('shop-server.ts');
    await server.waitForLine(/^open$/m);
    expect(await outputOf(run('shop-client.ts'))).toEqual([
      'order 1: 120 cents',
      'only 2 left',
      'no melon here',
    ]);
    server.signal('SIGTERM');
    expect(await outputOf(server)).toEqual(['open', 'Ada pays 120 cents', 'closed']);
    expect(await outputOf(run('shop-client.ts'))).toEqual([
      expect.stringMatching(
        /^not-found: acme:shop\/orders@1\.0\.0\.place on shop: nobody is listening; check that the target is running/,
      ),
    ]);
  });

  it('the word counter counts until nobody listens', async () => {
    const lines = await outputOf(run('word-count.ts'));
    expect(lines.filter((line) => line === 'the poet stops')).toHaveLength(1);
    expect(lines.filter((line) => line.endsWith('words'))).toContain('21 words');
  });

  it('the key-value member shares the calls with one that is not ours', async () => {
    const connection = await connect({ servers: nats.url });
    const invoker = createNatsInvoker({ connection, lattice });
    const shared = { target: 'kv', headers: { 'source-id': 'caller', 'link-name': 'default' } };
    const store = createClient(invoker, { ...shared, interface: keyvalueStore });
    const atomics = createClient(invoker, { ...shared, interface: keyvalueAtomics });
    await run('keyvalue-member.ts').waitForLine(/serving kv/);
    const value = Buffer.from('ours');
    expect(await store.set('b', 'k', value)).toEqual(ok());
    expect(await store.get('b', 'k')).toEqual(ok(new Uint8Array(value)));
    expect(await atomics.increment('b', 'n', 300n)).toEqual(ok(300n));
    expect(await atomics.increment('b', 'k', 1n)).toEqual(err({ tag: 'other', val: 'k holds no number' }));
    await joinWithPlainNats(connection);
    const seen = new Set<string>();
    while (seen.size < 2) {
      const { val } = await store.get('b', 'k');
      seen.add(val instanceof Uint8Array ? Buffer.from(val).toString() : JSON.stringify(val));
    }
    expect(seen).toEqual(new Set(['ours', 'v']));
    await connection.close();
  });
});

/** A member of another implementation, with the messages of docs/spec/wrpc.md#2.4. */
async function joinWithPlainNats(connection: NatsConnection): Promise<void> {
  const subject = invocationSubject(lattice, 'kv', keyvalueStore.id, 'get');
  connection.subscribe(subject, {
    queue: targetPrefix(lattice, 'kv'),
    callback: (_, { reply = '' }) => {
      connection.publish(reply, Empty, { reply: createInbox() });
      connection.publish(`${reply}.results`, Buffer.from('00010176', 'hex'));
      connection.publish(`${reply}.results`);
    },
  });
  await connection.flush();
}
