import { err, ok } from '@wasmlattice/rpc';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { answering } from './answering.js';
import { NotLinkedError } from './links/link-errors.js';
import type { LinkMap } from './links/link-map.js';
import { reasonOf } from './reason-of.js';

const call = { sourceId: 'album', linkName: 'default' };

function setUp() {
  const logger = new RecordingLogger();
  const held: Promise<unknown>[] = [];
  const links: LinkMap<string> = {
    async use(link, work) {
      if (link.sourceId !== 'album') throw new NotLinkedError(link, [], 'wasi:blobstore');
      return await work('a store', { until: (until) => void held.push(until) });
    },
    has: () => true,
  };
  const error = (cause: unknown, what: string): string => `could not ${what}: ${reasonOf(cause)}`;
  return { answer: answering({ links, error, logger }), held, logger };
}

async function* chunks(failure?: Error): AsyncGenerator<number> {
  yield 1;
  if (failure !== undefined) throw failure;
  yield 2;
}

describe('answering', () => {
  it('makes an ok of what an operation gives', async () => {
    const { answer } = setUp();
    expect(await answer(call, (store) => store.length)).toEqual(ok(7));
    expect(await answer(call, () => {})).toEqual(ok());
  });

  it('makes an err of what it throws, and logs it', async () => {
    const { answer, logger } = setUp();
    const broken = (): never => {
      throw new Error('the disk is full');
    };
    expect(await answer(call, broken, 'write "a"')).toEqual(err('could not write "a": the disk is full'));
    expect(logger.records).toMatchObject([
      { level: 'warn', message: 'could not write "a"', fields: { source: 'album', link: 'default' } },
    ]);
    expect(await answer({ ...call, sourceId: 'stranger' }, broken, 'read')).toEqual(
      err(expect.stringMatching(/component stranger has no link named default .* for wasi:blobstore/)),
    );
  });

  it('ends a stream that fails, and says why in its status', async () => {
    const { answer, held, logger } = setUp();
    const broken = await answer(call, (_, told) => told.withStatus(chunks(new Error('cut off'))), 'read "a"');
    if (broken.tag === 'err') return expect.unreachable();
    const [stream, status] = broken.val;
    expect(held).toEqual([status]);
    expect(await Array.fromAsync(stream)).toEqual([1]);
    expect(await status).toEqual(err('could not read "a": cut off'));
    expect(logger.records).toHaveLength(1);
  });

  it('keeps the resource for a stream without a status, whose reader gets its error', async () => {
    const { answer, held } = setUp();
    for (const failure of [undefined, new Error('cut off')]) {
      const answered = await answer(call, (_, told) => told.keeping(chunks(failure)));
      if (answered.tag === 'err') return expect.unreachable();
      const reading = Array.fromAsync(answered.val);
      if (failure === undefined) expect(await reading).toEqual([1, 2]);
      else await expect(reading).rejects.toBe(failure);
    }
    expect(await Promise.all(held)).toEqual([undefined, undefined]);
  });

  it('has a good status for a stream that ends, or that its reader leaves', async () => {
    const { answer } = setUp();
    for (const leave of [false, true]) {
      const answered = await answer(call, (_, told) => told.withStatus(chunks()));
      if (answered.tag === 'err') return expect.unreachable();
      const [stream, status] = answered.val;
      if (leave) await stream[Symbol.asyncIterator]().return?.();
      else expect(await Array.fromAsync(stream)).toEqual([1, 2]);
      expect(await status).toEqual(ok());
    }
  });
});
