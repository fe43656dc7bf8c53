import { err, ok, type Result, serveInterface } from '@wasmlattice/rpc';
import {
  type BlobstoreCommon,
  type BlobstoreObjectId,
  blobstore,
  blobstoreV1,
} from '@wasmlattice/rpc/interfaces';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { testContext, testLinks } from '../../../../testing/context.js';
import type { InstanceContext, LinkInvoker } from '../../../host-interface.js';
import type { Container } from '../container.js';
import { blobstoreInterfaces } from '../index.js';

/** A blobstore in memory behind the link of a component. */
export interface MemoryStore {
  readonly objects: Map<string, Uint8Array>;
  /** Instance and function of each call. */
  readonly calls: string[];
  /** What the store says at the end of data it sends or takes. */
  status: Result<undefined, string>;
  readonly context: InstanceContext;
  readonly blobstore: BlobstoreImport;
}

export interface BlobstoreImport {
  createContainer(name: string): Promise<Container>;
  getContainer(name: string): Promise<Container>;
  deleteContainer(name: string): Promise<void>;
  containerExists(name: string): Promise<boolean>;
  copyObject(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<void>;
  moveObject(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<void>;
}

const target = 'store';

/** Serves a version of `wrpc:blobstore`, or none. */
export async function serveStore(version?: '0.2.0' | '0.1.0'): Promise<MemoryStore> {
  const objects = new Map<string, Uint8Array>();
  const calls: string[] = [];
  const lattice = new MemoryLattice();
  const server = createMemoryServer({ lattice });
  const keyOf = ({ container, object }: BlobstoreObjectId): string => `${container}/${object}`;

  async function* names(container: string): AsyncGenerator<string[]> {
    for (const key of objects.keys()) {
      if (key.startsWith(`${container}/`)) yield [key.slice(container.length + 1)];
    }
  }
  async function* read(id: BlobstoreObjectId, start: bigint, end: bigint): AsyncGenerator<Uint8Array> {
    const data = objects.get(keyOf(id)) ?? new Uint8Array();
    const last = end < data.length ? Number(end) : data.length;
    for (let at = Number(start); at < last; at += 1000) yield data.subarray(at, Math.min(last, at + 1000));
  }
  async function store(
    id: BlobstoreObjectId,
    data: AsyncIterable<Uint8Array>,
  ): Promise<Result<undefined, string>> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of data) chunks.push(chunk);
    } catch {
      return err('the data broke off');
    }
    objects.set(keyOf(id), new Uint8Array(Buffer.concat(chunks)));
    return memory.status;
  }

  const common: { [K in keyof BlobstoreCommon]: BlobstoreCommon[K] } = {
    clearContainer: async () => ok(),
    containerExists: async (name) => ok(name !== 'absent'),
    createContainer: async (name) => (name === 'taken' ? err('there is one') : ok()),
    deleteContainer: async () => ok(),
    getContainerInfo: async () => ok({ createdAt: 12n }),
    copyObject: async (src, dest) => {
      objects.set(keyOf(dest), objects.get(keyOf(src)) ?? new Uint8Array());
      return ok();
    },
    deleteObject: async () => err('hosts send delete-objects'),
    deleteObjects: async (container, gone) => {
      for (const object of gone) objects.delete(keyOf({ container, object }));
      return ok();
    },
    getObjectInfo: async (id) => ok({ createdAt: 7n, size: BigInt(objects.get(keyOf(id))?.length ?? 0) }),
    hasObject: async (id) => ok(objects.has(keyOf(id))),
    moveObject: async () => err('read-only'),
  };

  if (version === '0.2.0') {
    await serveInterface(server, {
      target,
      interface: blobstore,
      implementation: {
        ...common,
        listContainerObjects: (container) => ok([names(container), Promise.resolve(memory.status)]),
        getContainerData: (id, start, end) =>
          objects.has(keyOf(id))
            ? ok([read(id, start, end), Promise.resolve(memory.status)])
            : err('no object'),
        writeContainerData: (id, data) => ok(store(id, data)),
      },
    });
  }
  if (version === '0.1.0') {
    await serveInterface(server, {
      target,
      interface: blobstoreV1,
      implementation: {
        ...common,
        listContainerObjects: (container) => ok(names(container)),
        getContainerData: (id, start, end) => ok(read(id, start, end)),
        writeContainerData: store,
      },
    });
  }

  const invoker = createMemoryInvoker({ lattice });
  const invoke: LinkInvoker['invoke'] = (linkKey, invocation) => {
    calls.push(`${linkKey} ${invocation.instance} ${invocation.func.name}`);
    return invoker.invoke({ ...invocation, target });
  };
  const context = testContext({ links: testLinks(invoke) });
  const memory: MemoryStore = {
    objects,
    calls,
    status: ok(),
    context,
    blobstore: bindBlobstore(context),
  };
  return memory;
}

export function bindBlobstore(context: InstanceContext): BlobstoreImport {
  const served = blobstoreInterfaces.find(({ name }) => name === 'wasi:blobstore/blobstore');
  return served?.bind(context) as unknown as BlobstoreImport;
}
