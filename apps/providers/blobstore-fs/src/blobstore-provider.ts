import {
  blobstoreFsSchema,
  type Provider,
  type ProviderCall,
  type ProviderContext,
  type ProviderLink,
  provide,
  type StringMap,
} from '@wasmlattice/provider-sdk';
import { ok, type Result } from '@wasmlattice/rpc';
import { type BlobstoreObjectId, blobstore, blobstoreV1 } from '@wasmlattice/rpc/interfaces';
import { BlobstoreFailure, errorResult, failureOf } from './blobstore-failure.js';
import { type FileStore, openFileStore } from './file-store.js';
import { readRoot } from './settings.js';

/** Name of the provider's NATS connection and log records. */
export const providerName = 'blobstore-fs';

type Failed = { readonly tag: 'err'; readonly val: string };
type Status = Result<undefined, string>;

/** `wasi:blobstore` on a directory, as `wrpc:blobstore` 0.2.0 and 0.1.0. */
export function createBlobstoreProvider(): Provider {
  const stores = new Map<string, FileStore>();
  let context: ProviderContext | undefined;
  let config: StringMap = {};

  const started = (): ProviderContext => {
    if (context === undefined) throw new Error('the provider is used before init');
    return context;
  };
  const storeOf = ({ sourceId, linkName }: ProviderCall): FileStore => {
    const store = stores.get(keyOf(sourceId, linkName));
    if (store !== undefined) return store;
    throw new BlobstoreFailure(
      `component ${sourceId} has no link named ${linkName} to this blobstore; put one for wasi:blobstore`,
    );
  };
  const tell = (what: string, cause: unknown, { sourceId, linkName }: ProviderCall): Failed => {
    const failure = failureOf(what, cause);
    started().logger.warn(failure.message, { source: sourceId, link: linkName });
    return errorResult(failure);
  };

  /** Runs one operation of a guest; what goes wrong is an answer for it, never a broken call. */
  const answer = async <R>(
    what: string,
    call: ProviderCall,
    operation: (store: FileStore) => Promise<R>,
  ): Promise<R | Failed> => {
    try {
      return await operation(storeOf(call));
    } catch (cause) {
      return tell(what, cause, call);
    }
  };
  const done = (
    what: string,
    call: ProviderCall,
    operation: (store: FileStore) => Promise<void>,
  ): Promise<Status> =>
    answer(what, call, async (store) => {
      await operation(store);
      return ok();
    });

  /**
   * Chunks that end normally also when reading fails; then the status says why
   * (docs/spec/wrpc-interfaces.md#5).
   */
  const withStatus = <T>(
    what: string,
    call: ProviderCall,
    chunks: AsyncIterable<T>,
  ): [AsyncIterable<T>, Promise<Status>] => {
    const { promise, resolve } = Promise.withResolvers<Status>();
    async function* told(): AsyncGenerator<T> {
      try {
        yield* chunks;
        resolve(ok());
      } catch (cause) {
        resolve(tell(what, cause, call));
      } finally {
        // Of a reader that left early: nobody looks at it.
        resolve(ok());
      }
    }
    return [told(), promise];
  };

  const write = (
    id: BlobstoreObjectId,
    data: AsyncIterable<Uint8Array>,
    call: ProviderCall,
  ): Promise<Status> => done(`write ${nameOf(id)}`, call, (store) => store.write(id, data));

  const common = {
    createContainer: (name: string, call: ProviderCall) =>
      done(`create container ${quoted(name)}`, call, (store) => store.createContainer(name)),
    containerExists: (name: string, call: ProviderCall) =>
      answer(`look for container ${quoted(name)}`, call, async (store) =>
        ok(await store.containerExists(name)),
      ),
    getContainerInfo: (name: string, call: ProviderCall) =>
      answer(`look at container ${quoted(name)}`, call, async (store) => ok(await store.containerInfo(name))),
    clearContainer: (name: string, call: ProviderCall) =>
      done(`clear container ${quoted(name)}`, call, (store) => store.clearContainer(name)),
    deleteContainer: (name: string, call: ProviderCall) =>
      done(`delete container ${quoted(name)}`, call, (store) => store.deleteContainer(name)),
    copyObject: (src: BlobstoreObjectId, dest: BlobstoreObjectId, call: ProviderCall) =>
      done(`copy ${nameOf(src)} to ${nameOf(dest)}`, call, (store) => store.copy(src, dest)),
    moveObject: (src: BlobstoreObjectId, dest: BlobstoreObjectId, call: ProviderCall) =>
      done(`move ${nameOf(src)} to ${nameOf(dest)}`, call, (store) => store.move(src, dest)),
    deleteObject: (id: BlobstoreObjectId, call: ProviderCall) =>
      done(`delete ${nameOf(id)}`, call, (store) => store.deleteObjects(id.container, [id.object])),
    deleteObjects: (container: string, objects: string[], call: ProviderCall) =>
      done(`delete objects of container ${quoted(container)}`, call, (store) =>
        store.deleteObjects(container, objects),
      ),
    getObjectInfo: (id: BlobstoreObjectId, call: ProviderCall) =>
      answer(`look at ${nameOf(id)}`, call, async (store) => ok(await store.objectInfo(id))),
    hasObject: (id: BlobstoreObjectId, call: ProviderCall) =>
      answer(`look for ${nameOf(id)}`, call, async (store) => ok(await store.hasObject(id))),
  };

  return {
    configSchema: blobstoreFsSchema,
    exports: [
      provide(blobstore, {
        ...common,
        listContainerObjects(container, limit, offset, call) {
          const what = `list container ${quoted(container)}`;
          return answer(what, call, async (store) =>
            ok(withStatus(what, call, await store.list(container, rangeOf(limit, offset)))),
          );
        },
        getContainerData(id, start, end, call) {
          const what = `read ${nameOf(id)}`;
          return answer(what, call, async (store) =>
            ok(withStatus(what, call, await store.read(id, start, end))),
          );
        },
        writeContainerData: (id, data, call) =>
          answer(`write ${nameOf(id)}`, call, async (store) => {
            await store.prepareWrite(id);
            return ok(write(id, data, call));
          }),
      }),
      // Without a status, data that breaks off is all a reader learns; a write is answered when it is complete.
      provide(blobstoreV1, {
        ...common,
        listContainerObjects: (container, limit, offset, call) =>
          answer(`list container ${quoted(container)}`, call, async (store) =>
            ok(await store.list(container, rangeOf(limit, offset))),
          ),
        getContainerData: (id, start, end, call) =>
          answer(`read ${nameOf(id)}`, call, async (store) => ok(await store.read(id, start, end))),
        writeContainerData: write,
      }),
    ],

    init(given) {
      context = given;
      config = given.config;
    },

    async putLinkAsTarget(link: ProviderLink) {
      const root = readRoot(link.config, config, link.sourceId);
      stores.set(keyOf(link.sourceId, link.linkName), await openFileStore(root));
      started().logger.info('directory opened', { source: link.sourceId, link: link.linkName, root });
    },

    deleteLinkAsTarget({ sourceId, linkName }) {
      stores.delete(keyOf(sourceId, linkName));
    },

    linksUseConfig: true,
    updateConfig(changed) {
      config = changed;
    },
  };
}

function keyOf(sourceId: string, linkName: string): string {
  return `${sourceId} ${linkName}`;
}

function rangeOf(limit: bigint | undefined, offset: bigint | undefined): { offset: bigint; limit: bigint } {
  return { offset: offset ?? 0n, limit: limit ?? 2n ** 64n };
}

function nameOf({ container, object }: BlobstoreObjectId): string {
  return `${quoted(object)} of container ${quoted(container)}`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
