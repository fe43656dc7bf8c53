import { otherFailure } from './keyvalue-failure.js';
import type { KvBucket } from './kv-bucket.js';

/** Who asks for which bucket, and through which link. */
export interface StoreRequest {
  readonly sourceId: string;
  /** The link the host routed the call by. */
  readonly linkName: string;
  /** What the component passed to `open`. */
  readonly bucket: string;
}

/** The buckets of all linked components, each opened when it is first needed. */
export interface LinkedStores {
  /** Puts a link, in place of one with the same name, and opens its bucket; rejects when that fails. */
  put(sourceId: string, linkName: string, open: () => Promise<OpenStore>): Promise<void>;
  delete(sourceId: string, linkName: string): Promise<void>;
  /** Rejects with a `KeyvalueFailure` that says which link is missing, or why its bucket can't be opened. */
  find(request: StoreRequest): Promise<KvBucket>;
  /** Closes all of them. */
  close(): Promise<void>;
}

export interface OpenStore {
  readonly bucket: KvBucket;
  close(): Promise<void>;
}

/** Opens once; an attempt that failed is made again at the next use. */
interface LazyStore {
  get(): Promise<OpenStore>;
  close(): Promise<void>;
}

const defaultName = 'default';

export function createLinkedStores(): LinkedStores {
  const components = new Map<string, Map<string, LazyStore>>();

  const take = (sourceId: string, linkName: string): LazyStore | undefined => {
    const stores = components.get(sourceId);
    const store = stores?.get(linkName);
    stores?.delete(linkName);
    if (stores?.size === 0) components.delete(sourceId);
    return store;
  };

  return {
    async put(sourceId, linkName, open) {
      const before = take(sourceId, linkName);
      const store = lazyStore(open);
      const stores = components.get(sourceId) ?? new Map<string, LazyStore>();
      components.set(sourceId, stores.set(linkName, store));
      try {
        await store.get();
      } finally {
        // Only now: calls in progress use its connection, which the new one may share.
        await before?.close();
      }
    },

    async delete(sourceId, linkName) {
      await take(sourceId, linkName)?.close();
    },

    async find({ sourceId, linkName, bucket }) {
      const stores = components.get(sourceId);
      if (stores === undefined) {
        throw otherFailure(
          `consumer component not linked: ${sourceId}; put a link from it to this provider for wasi:keyvalue`,
        );
      }
      // As upstream, the bucket's name selects the link; a name that says nothing leaves it to the host.
      const anonymous = bucket === '' || bucket === defaultName;
      const store = stores.get(bucket) ?? (anonymous ? stores.get(linkName) : undefined);
      if (store === undefined) {
        const wanted = anonymous ? linkName : bucket;
        throw otherFailure(
          `No NATS Kv store found for bucket id (link name): ${wanted}; ${sourceId} has links named ${[...stores.keys()].join(', ')}`,
        );
      }
      return (await store.get()).bucket;
    },

    async close() {
      const all = [...components.values()].flatMap((stores) => [...stores.values()]);
      components.clear();
      await Promise.all(all.map((store) => store.close()));
    },
  };
}

function lazyStore(open: () => Promise<OpenStore>): LazyStore {
  let opening: Promise<OpenStore> | undefined;
  let closed = false;
  return {
    get() {
      if (closed) return Promise.reject(otherFailure('the link was deleted'));
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    async close() {
      closed = true;
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}
