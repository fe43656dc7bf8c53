import { describe, expect, it } from 'vitest';
import { t } from '../builders.js';
import { defaultCodecLimits } from '../codec/limits.js';
import type { WitType } from '../types.js';
import { ByteQueue } from './byte-channel.js';
import { ReceiveScope } from './receive-deferred.js';

const length = 128 * 1024;
const many = Buffer.from('808008', 'hex');

/** The stream that came in these messages, and no others. */
function received(
  element: WitType | undefined,
  ...messages: Uint8Array[]
): AsyncIterable<ArrayLike<unknown>> {
  const queue = new ByteQueue({ consumed: () => {}, released: () => {} });
  for (const bytes of messages) queue.push(bytes);
  queue.end();
  const scope = new ReceiveScope({
    limits: defaultCodecLimits,
    open: () => queue,
    failure: (_, cause) => cause,
  });
  const stream = scope.stream({ kind: 'stream', ...(element && { element }) });
  scope.start();
  return stream as AsyncIterable<ArrayLike<unknown>>;
}

describe('a stream that is here already', () => {
  it.each<[string, WitType | undefined]>([
    ['units', undefined],
    ['empty tuples', t.tuple()],
    ['flags without a flag', t.flags()],
  ])('is refused for 2³² %s, which cost their sender five bytes', async (_, element) => {
    const reading = (async () => {
      for await (const chunk of received(element, Buffer.from('ffffffff0f00', 'hex'))) return chunk.length;
      return 0;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'limit-elements' });
  });

  it('gives units in chunks, not one by one', async () => {
    const lengths: number[] = [];
    for await (const { length } of received(t.tuple(), Buffer.from('8010', 'hex'), Uint8Array.of(0)))
      lengths.push(length);
    expect(lengths).toEqual([1024, 1024]);
  });

  it.each<[string, WitType, Uint8Array]>([
    ['a long chunk', t.bool, Buffer.concat([many, new Uint8Array(length + 1)])],
    ['many short chunks', t.bool, Buffer.concat([new Uint8Array(length).fill(1), new Uint8Array(1)])],
    ['many short chunks of bytes', t.u8, Buffer.concat([new Uint8Array(length).fill(1), new Uint8Array(1)])],
  ])('leaves turns to others while %s is read', async (_, element, bytes) => {
    let elements = 0;
    let turns = 0;
    let reading = true;
    const count = (): void => {
      turns++;
      if (reading) setImmediate(count);
    };
    setImmediate(count);
    for await (const { length } of received(element, bytes)) elements += length;
    reading = false;
    expect(turns).toBeGreaterThan(elements / 2048);
  });
});
