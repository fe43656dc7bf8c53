import { expect, it } from 'vitest';
import { err, ok } from '../builders.js';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '../memory/index.js';
import { readVectors, type VectorType, vectorType } from '../testing/vectors.js';
import { createClient, serveInterface } from '../typed.js';
import type { WitInterface, WitType } from '../types.js';
import {
  blobstore,
  blobstoreV1,
  httpIncomingHandler,
  httpOutgoingHandler,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
  messagingConsumer,
  messagingHandler,
} from './index.js';

const { vectors } = readVectors<{
  readonly vectors: readonly { readonly name: string; readonly type: VectorType }[];
}>('interfaces.json');

/** The tuple a message body holds. */
function bodyType(wit: WitInterface, name: string, part: 'params' | 'result'): WitType {
  const func = wit.functions.find((one) => one.name === name);
  if (!func?.result) throw new Error(`no function ${name}`);
  const items = part === 'params' ? func.params.map(({ type }) => type) : [func.result];
  return { kind: 'tuple', items };
}

it.each<[string, WitInterface, string, 'params' | 'result']>([
  ['keyvalue store.get params', keyvalueStore, 'get', 'params'],
  ['keyvalue store.get some', keyvalueStore, 'get', 'result'],
  ['keyvalue store.set params', keyvalueStore, 'set', 'params'],
  ['keyvalue store.set ok', keyvalueStore, 'set', 'result'],
  ['keyvalue store.exists ok', keyvalueStore, 'exists', 'result'],
  ['keyvalue store.list-keys params', keyvalueStore, 'list-keys', 'params'],
  ['keyvalue store.list-keys ok', keyvalueStore, 'list-keys', 'result'],
  ['keyvalue atomics.increment params', keyvalueAtomics, 'increment', 'params'],
  ['keyvalue atomics.increment ok', keyvalueAtomics, 'increment', 'result'],
  ['keyvalue batch.get-many params', keyvalueBatch, 'get-many', 'params'],
  ['keyvalue batch.get-many ok', keyvalueBatch, 'get-many', 'result'],
  ['http request', httpIncomingHandler, 'handle', 'params'],
  ['http response', httpIncomingHandler, 'handle', 'result'],
  ['http connection refused', httpOutgoingHandler, 'handle', 'result'],
  ['http outgoing request with options', httpOutgoingHandler, 'handle', 'params'],
  ['blobstore get-container-data params', blobstore, 'get-container-data', 'params'],
  ['blobstore get-container-data params', blobstoreV1, 'get-container-data', 'params'],
  ['blobstore get-container-data ok', blobstore, 'get-container-data', 'result'],
  ['blobstore write-container-data params', blobstore, 'write-container-data', 'params'],
  ['blobstore write-container-data ok', blobstore, 'write-container-data', 'result'],
  ['blobstore list-container-objects params', blobstore, 'list-container-objects', 'params'],
  ['messaging consumer.publish params', messagingConsumer, 'publish', 'params'],
  ['messaging consumer.request params', messagingConsumer, 'request', 'params'],
  ['messaging handler.handle-message err', messagingHandler, 'handle-message', 'result'],
])('%s has the type of its vector', (name, wit, func, part) => {
  const vector = vectors.find((one) => one.name === name);
  expect(vector).toBeDefined();
  expect(bodyType(wit, func, part)).toEqual(vectorType(vector?.type ?? ''));
});

it('a blob is written and read through the typed interface', async () => {
  const lattice = new MemoryLattice();
  const invoker = createMemoryInvoker({ lattice });
  const blobs = new Map<string, Uint8Array>();
  const missing = (): ReturnType<typeof err<string>> => err('not here');
  await serveInterface(createMemoryServer({ lattice }), {
    target: 'blobs',
    interface: blobstore,
    implementation: {
      clearContainer: missing,
      containerExists: () => ok(true),
      createContainer: missing,
      deleteContainer: missing,
      getContainerInfo: () => ok({ createdAt: 0n }),
      copyObject: missing,
      deleteObject: missing,
      deleteObjects: missing,
      getObjectInfo: ({ object }) => ok({ createdAt: 0n, size: BigInt(blobs.get(object)?.length ?? 0) }),
      hasObject: ({ object }) => ok(blobs.has(object)),
      moveObject: missing,
      listContainerObjects: () => ok([chunks([...blobs.keys()]), Promise.resolve(ok())]),
      getContainerData: ({ object }, start, end) => {
        const blob = blobs.get(object) ?? new Uint8Array();
        return ok([chunks(blob.subarray(Number(start), Number(end))), Promise.resolve(ok())]);
      },
      writeContainerData: ({ object }, data) =>
        ok(
          Array.fromAsync(data).then((parts) => {
            blobs.set(object, Buffer.concat(parts));
            return ok();
          }),
        ),
    },
  });
  const client = createClient(invoker, { target: 'blobs', interface: blobstore });
  const id = { container: 'c', object: 'o' };
  const written = await client.writeContainerData(id, chunks(Uint8Array.of(1, 2), Uint8Array.of(3)));
  expect(written.tag === 'ok' && (await written.val)).toEqual(ok());
  const read = await client.getContainerData(id, 1n, 3n);
  if (read.tag === 'err') throw new Error(read.val);
  expect(Buffer.concat(await Array.fromAsync(read.val[0]))).toEqual(Buffer.of(2, 3));
  expect(await read.val[1]).toEqual(ok());
});

async function* chunks<T>(...all: T[]): AsyncGenerator<T> {
  yield* all;
}
