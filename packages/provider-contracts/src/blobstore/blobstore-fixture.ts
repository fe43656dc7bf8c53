import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import { ok, type Result } from '@wasmlattice/rpc';
import {
  type Blobstore,
  type BlobstoreObjectId,
  type BlobstoreV1,
  blobstore,
  blobstoreV1,
} from '@wasmlattice/rpc/interfaces';
import { expect } from 'vitest';
import { bytes, okOf } from '../answers.js';
import { callerOf, callingLink } from '../component.js';
import { startUntilServed } from '../start-until-served.js';
import type { BlobstoreSetup } from './blobstore-setup.js';

/** Names that every backend takes. */
export const box = 'box-one';
export const otherBox = 'box-two';
/** The end of a read that wants everything. */
export const toTheEnd: bigint = 2n ** 64n - 1n;

/** What a component sees of the provider through one of its links. */
export class BlobstoreClient {
  readonly calls: Blobstore;
  /** Version 0.1.0. */
  readonly older: BlobstoreV1;

  constructor(setup: BlobstoreSetup, component: string, link = 'default') {
    const client = callerOf(setup, component, link);
    this.calls = client(blobstore);
    this.older = client(blobstoreV1);
  }

  /** How a write ended, whether it failed at its beginning or at its end. */
  async writeStream(
    object: string,
    data: AsyncIterable<Uint8Array>,
    container: string = box,
  ): Promise<Result<undefined, string>> {
    const begun = await this.calls.writeContainerData({ container, object }, data);
    return begun.tag === 'ok' ? await begun.val : begun;
  }

  async write(object: string, text: string, container: string = box): Promise<void> {
    okOf(await this.writeStream(object, chunksOf(text), container));
  }

  /** A read that has begun. */
  async open(
    object: string,
    [start, end]: readonly [bigint, bigint] = [0n, toTheEnd],
    container: string = box,
  ): Promise<[AsyncIterable<Uint8Array>, Promise<Result<undefined, string>>]> {
    return okOf(await this.calls.getContainerData({ container, object }, start, end));
  }

  /** All bytes of a read that has to end well. */
  async read(object: string, range?: readonly [bigint, bigint], container: string = box): Promise<Buffer> {
    const [data, status] = await this.open(object, range, container);
    const all = Buffer.concat(await Array.fromAsync(data));
    expect(await status).toEqual(ok());
    return all;
  }

  async readText(object: string, container: string = box): Promise<string> {
    return (await this.read(object, undefined, container)).toString();
  }

  /** In the order of their letters. */
  async list(limit?: bigint, offset?: bigint, container: string = box): Promise<string[]> {
    const [names, status] = okOf(await this.calls.listContainerObjects(container, limit, offset));
    const all = (await Array.fromAsync(names)).flat();
    expect(await status).toEqual(ok());
    return all.toSorted();
  }
}

export function idOf(object: string, container: string = box): BlobstoreObjectId {
  return { container, object };
}

const use = { witNamespace: 'wasi', witPackage: 'blobstore', interfaces: ['blobstore'] };

export function linkOf(
  setup: BlobstoreSetup,
  sourceId: string,
  name: string,
  targetConfig: StringMap,
): InterfaceLinkDefinition {
  return callingLink(setup, use, sourceId, name, targetConfig);
}

/** Runs the provider until it serves component `one`. */
export function startLinked(
  setup: BlobstoreSetup,
  links: readonly InterfaceLinkDefinition[],
): Promise<ProviderUnderTest> {
  const { calls } = new BlobstoreClient(setup, 'one');
  return startUntilServed(setup, links, () => calls.containerExists(box));
}

/** A text in pieces of three bytes. */
export async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const all = bytes(text);
  for (let start = 0; start < all.length; start += 3) yield all.subarray(start, start + 3);
}

const fillerPeriod = 65_521;
/** Whose bytes tell where they belong; several periods, for chunks longer than one. */
const pattern = Uint8Array.from({ length: 8 * fillerPeriod }, (_, index) => {
  const place = index % fillerPeriod;
  return (place * 31 + (place >> 8)) % 256;
});

/** `total` bytes in chunks of uneven lengths, made as they are asked for. */
export async function* filler(total: number, chunkBytes = 60_000): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < total; ) {
    const length = Math.min(total - sent, chunkBytes - (sent % 7));
    const start = sent % fillerPeriod;
    yield pattern.subarray(start, start + length);
    sent += length;
  }
}

/** How many bytes came, and whether each is that of {@link filler} at its place. */
export async function checkFiller(
  data: AsyncIterable<Uint8Array>,
): Promise<{ readonly length: number; readonly isIntact: boolean }> {
  let length = 0;
  let isIntact = true;
  for await (const chunk of data) {
    for (let done = 0; done < chunk.length; ) {
      const start = (length + done) % fillerPeriod;
      const part = chunk.subarray(done, done + fillerPeriod);
      isIntact &&= Buffer.compare(part, pattern.subarray(start, start + part.length)) === 0;
      done += part.length;
    }
    length += chunk.length;
  }
  return { length, isIntact };
}
