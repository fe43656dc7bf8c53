import {
  answering,
  LinkFailedError,
  type LinkMap,
  NotLinkedError,
  type ProviderCall,
  type ProviderExport,
  provide,
} from '@wasmlattice/provider-sdk';
import { ok } from '@wasmlattice/rpc';
import { type BlobstoreObjectId, blobstore, blobstoreV1 } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import type { BlobStore, Chunks, NameRange } from './blob-store.js';
import { BlobstoreFailure, nameOf, quoted } from './blobstore-failure.js';

export interface BlobstoreExportsOptions {
  /** The stores that links lead to. */
  readonly stores: LinkMap<BlobStore>;
  /** Why an operation failed, for the component; not asked of a `BlobstoreFailure`. Nothing of the machine and no secret is in it. */
  readonly reasonOf: (cause: unknown) => string;
  readonly logger: Logger;
}

/** `wasi:blobstore` of stores, as `wrpc:blobstore` 0.2.0 and 0.1.0. What goes wrong is an answer for the component, never a broken call. */
export function blobstoreExports({ stores, reasonOf, logger }: BlobstoreExportsOptions): ProviderExport[] {
  const failureText = (cause: unknown, what: string): string =>
    isForComponents(cause) ? cause.message : `could not ${what}: ${reasonOf(cause)}`;
  const answer = answering({ links: stores, error: failureText, logger });

  const write = (id: BlobstoreObjectId, data: Chunks, call: ProviderCall) =>
    answer(call, (store) => store.write(id, data), `write ${nameOf(id)}`);

  const common = {
    createContainer: (name: string, call: ProviderCall) =>
      answer(call, (store) => store.createContainer(name), `create container ${quoted(name)}`),
    containerExists: (name: string, call: ProviderCall) =>
      answer(call, (store) => store.containerExists(name), `look for container ${quoted(name)}`),
    getContainerInfo: (name: string, call: ProviderCall) =>
      answer(call, (store) => store.containerInfo(name), `look at container ${quoted(name)}`),
    clearContainer: (name: string, call: ProviderCall) =>
      answer(call, (store) => store.clearContainer(name), `clear container ${quoted(name)}`),
    deleteContainer: (name: string, call: ProviderCall) =>
      answer(call, (store) => store.deleteContainer(name), `delete container ${quoted(name)}`),
    copyObject: (src: BlobstoreObjectId, dest: BlobstoreObjectId, call: ProviderCall) =>
      answer(call, (store) => store.copy(src, dest), `copy ${nameOf(src)} to ${nameOf(dest)}`),
    moveObject: (src: BlobstoreObjectId, dest: BlobstoreObjectId, call: ProviderCall) =>
      answer(call, (store) => store.move(src, dest), `move ${nameOf(src)} to ${nameOf(dest)}`),
    deleteObject: (id: BlobstoreObjectId, call: ProviderCall) =>
      answer(call, (store) => store.deleteObjects(id.container, [id.object]), `delete ${nameOf(id)}`),
    deleteObjects: (container: string, objects: string[], call: ProviderCall) =>
      answer(
        call,
        (store) => store.deleteObjects(container, objects),
        `delete objects of container ${quoted(container)}`,
      ),
    getObjectInfo: (id: BlobstoreObjectId, call: ProviderCall) =>
      answer(call, (store) => store.objectInfo(id), `look at ${nameOf(id)}`),
    hasObject: (id: BlobstoreObjectId, call: ProviderCall) =>
      answer(call, (store) => store.hasObject(id), `look for ${nameOf(id)}`),
  };

  return [
    provide(blobstore, {
      ...common,
      listContainerObjects: (container, limit, offset, call) =>
        answer(
          call,
          async (store, told) => told.withStatus(await store.list(container, rangeOf(limit, offset))),
          `list container ${quoted(container)}`,
        ),
      getContainerData: (id, start, end, call) =>
        answer(
          call,
          async (store, told) => told.withStatus(await store.read(id, start, end)),
          `read ${nameOf(id)}`,
        ),
      async writeContainerData(id, data, call) {
        const prepared = await answer(call, (store) => store.prepareWrite(id), `write ${nameOf(id)}`);
        return prepared.tag === 'err' ? prepared : ok(write(id, data, call));
      },
    }),
    // Without a status, data that breaks off is all a reader learns; a write is answered when it is complete.
    provide(blobstoreV1, {
      ...common,
      listContainerObjects: (container, limit, offset, call) =>
        answer(
          call,
          async (store, told) => told.keeping(await store.list(container, rangeOf(limit, offset))),
          `list container ${quoted(container)}`,
        ),
      getContainerData: (id, start, end, call) =>
        answer(
          call,
          async (store, told) => told.keeping(await store.read(id, start, end)),
          `read ${nameOf(id)}`,
        ),
      writeContainerData: write,
    }),
  ];
}

function isForComponents(cause: unknown): cause is Error {
  return (
    cause instanceof BlobstoreFailure || cause instanceof NotLinkedError || cause instanceof LinkFailedError
  );
}

function rangeOf(limit: bigint | undefined, offset: bigint | undefined): NameRange {
  return { offset: offset ?? 0n, limit: limit ?? 2n ** 64n };
}
