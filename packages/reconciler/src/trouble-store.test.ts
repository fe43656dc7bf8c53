import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { openReconcilerBucket } from './reconciler-bucket.js';
import {
  decodeTrouble,
  encodeTrouble,
  type Failure,
  openTroubleStore,
  type Trouble,
} from './trouble-store.js';

const none: Trouble = { failures: [], hosts: [] };
const tenure = { isCurrent: () => true };

function failure(key: string, ageMs = 0): Failure {
  return { key, digest: 'd', times: 3, reason: 'no such image', ageMs };
}

const absence = {
  hostId: 'N3',
  label: 'name-N3 (N3)',
  goneMs: [400_000, 1_000],
  reason: 'it is silent',
  isOrderly: false,
  isHere: true,
};

it('a record is read as it was written', () => {
  const stays = { ...failure('provider N1 kv', 5), reason: undefined };
  const trouble = { failures: [failure('component N1 web'), stays], hosts: [absence] };
  expect(decodeTrouble(encodeTrouble(trouble))).toEqual(trouble);
});

it('a record is bounded: the latest things, and reasons that are not too long', () => {
  const failures = Array.from({ length: 1_000 }, (_, index) =>
    failure(`component N1 c${index}`, 1_000 - index),
  );
  const long = { ...failure('config x'), reason: 'x'.repeat(100_000) };
  const hosts = Array.from({ length: 1_000 }, () => ({
    ...absence,
    goneMs: Array.from({ length: 500 }, () => 1),
  }));
  const bytes = encodeTrouble({ failures: [...failures, long], hosts });
  expect(bytes.length).toBeLessThan(100_000);
  const read = decodeTrouble(bytes);
  expect(read.failures.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['config x', 'component N1 c999']),
  );
  expect(read.failures.map(({ key }) => key)).not.toContain('component N1 c0');
});

it('what is stored is there for the next one, older by the clock of the server, and too old trouble is not', async () => {
  await using server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  const bucket = await openReconcilerBucket(connection.jetstream(), 'default');
  const old = { ...absence, hostId: 'N4', goneMs: [600_000] };
  const read = () => ({ failures: [failure('a'), failure('b', 600_000)], hosts: [absence, old] });
  const first = await openTroubleStore({ bucket, tenure, read });
  expect(first.known).toEqual(none);
  first.changed();
  await expect.poll(() => bucket.get('trouble')).not.toBeNull();
  const written = (await bucket.get('trouble'))?.created.getTime() ?? 0;
  const renewed = await (async () => {
    for (;;) {
      await bucket.put('lease', '{}');
      const at = (await bucket.get('lease'))?.created.getTime() ?? 0;
      if (at > written) return at;
    }
  })();
  const { known } = await openTroubleStore({ bucket, tenure, read: () => none });
  expect(known.failures).toEqual([failure('a', renewed - written)]);
  expect(known.hosts.map(({ hostId }) => hostId)).toEqual(['N3']);
  expect(known.hosts[0]?.goneMs).toEqual(absence.goneMs.map((age) => age + renewed - written));
  first.close();
  await connection.close();
});

it('who does not act any more stores nothing', async () => {
  await using server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  const bucket = await openReconcilerBucket(connection.jetstream(), 'default');
  const past = await openTroubleStore({ bucket, tenure: { isCurrent: () => false }, read: () => none });
  const current = await openTroubleStore({
    bucket,
    tenure,
    read: () => ({ ...none, failures: [failure('a')] }),
  });
  past.changed();
  current.changed();
  await expect.poll(async () => (await bucket.get('trouble'))?.value).toBeDefined();
  const entry = await bucket.get('trouble');
  expect(entry && decodeTrouble(entry.value).failures).toHaveLength(1);
  const history = await bucket.history({ key: 'trouble' });
  expect(history.getProcessed()).toBeLessThanOrEqual(1);
  history.stop();
  await connection.close();
});

it.each(['', '[]', '{"failures":[{}]}', '{"failures":[{"key":7}]}', '{"hosts":[7]}'])(
  'a record that nobody understands, %j, is none',
  async (text) => {
    await using server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    const bucket = await openReconcilerBucket(connection.jetstream(), 'default');
    await bucket.put('trouble', text);
    expect((await openTroubleStore({ bucket, tenure, read: () => none })).known).toEqual(none);
    await connection.close();
  },
);
