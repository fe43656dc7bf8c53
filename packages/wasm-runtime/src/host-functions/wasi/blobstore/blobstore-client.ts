import { createClient, type Result } from '@wasmlattice/rpc';
import {
  type Blobstore,
  type BlobstoreCommon,
  type BlobstoreObjectId,
  type BlobstoreV1,
  blobstore,
  blobstoreV1,
} from '@wasmlattice/rpc/interfaces';
import { describeCause } from '../../../errors.js';
import { isNotFound } from '../../../rpc-failures.js';
import type { InstanceContext } from '../../host-interface.js';
import { ResultError } from '../io/index.js';

/** How something that goes on after its call ends, in the words of the guest's error. */
export type Status = Promise<Result<undefined, string>>;

/** Data on its way to the guest. It is complete once `stream` ended and `status` is ok. */
export interface Incoming<Chunk> {
  readonly stream: AsyncIterable<Chunk>;
  readonly status: Status;
}

/**
 * The blobstore behind the link of an instance. Every interface of `wasi:blobstore` goes through the link for
 * `wasi:blobstore/blobstore` (docs/spec/wrpc-interfaces.md#2). A function is called in version 0.2.0, and in
 * 0.1.0 when nobody serves that.
 *
 * What fails throws the guest's error, a text, also when the call itself failed. Only the end of the invocation traps.
 */
export interface BlobstoreClient {
  /** A function that both versions have. */
  call<T>(what: string, invoke: (wire: BlobstoreCommon) => Promise<Result<T, string>>): Promise<T>;
  list(container: string): Promise<Incoming<string[]>>;
  read(id: BlobstoreObjectId, start: bigint, end: bigint): Promise<Incoming<Uint8Array>>;
  /** Resolves when the store takes the data; the status tells when it has all of it. */
  write(id: BlobstoreObjectId, data: AsyncIterable<Uint8Array>): Promise<{ readonly status: Status }>;
}

const linkKey = 'wasi:blobstore/blobstore';

/** In 0.1.0 the answer to a write comes after all data: what bounds it is the invocation. The longest time of a timer. */
const untilInvocationEnds = 2 ** 31 - 1;

export function createBlobstoreClient({ links, signal }: InstanceContext): BlobstoreClient {
  const invoker: Parameters<typeof createClient>[0] = {
    invoke: ({ instance, func, params, timeoutMs }) =>
      links.invoke(linkKey, { instance, func, params, signal, ...(timeoutMs && { timeoutMs }) }),
  };
  // Made at the first call: many instances make none.
  let clients: { readonly v2: Blobstore; readonly v1: BlobstoreV1 } | undefined;
  const wire = (): NonNullable<typeof clients> => {
    clients ??= {
      v2: createClient(invoker, { target: '', interface: blobstore }),
      v1: createClient(invoker, { target: '', interface: blobstoreV1 }),
    };
    return clients;
  };

  const failure = (what: string, cause: unknown): unknown =>
    signal.aborted ? cause : new ResultError(`${linkKey} ${what}: ${describeCause(cause)}`);

  const settled = async <T>(what: string, call: Promise<Result<T, string>>): Promise<T> => {
    let result: Result<T, string>;
    try {
      result = await call;
    } catch (cause) {
      throw failure(what, cause);
    }
    if (result.tag === 'err') throw new ResultError(result.val);
    return result.val as T;
  };

  /** A status whose failure is an `err`, and which nobody has to look at. */
  const told = (what: string, status: Promise<Result<undefined, string>>): Status => {
    const outcome = status.catch((cause: unknown) => {
      if (signal.aborted) throw cause;
      return { tag: 'err', val: `${linkKey} ${what}: ${describeCause(cause)}` } as const;
    });
    outcome.catch(() => {});
    return outcome;
  };

  return {
    call: (what, invoke) => {
      const { v1, v2 } = wire();
      return settled(
        what,
        withFallback(
          () => invoke(v2),
          () => invoke(v1),
        ),
      );
    },

    async list(container) {
      const { v1, v2 } = wire();
      const call = withFallback<Result<Incoming<string[]>, string>>(
        async () => withStatus(await v2.listContainerObjects(container, undefined, undefined)),
        async () => withoutStatus(await v1.listContainerObjects(container, undefined, undefined)),
      );
      const { stream, status } = await settled('list-container-objects', call);
      return { stream, status: told('list-container-objects', status) };
    },

    async read(id, start, end) {
      const { v1, v2 } = wire();
      const call = withFallback<Result<Incoming<Uint8Array>, string>>(
        async () => withStatus(await v2.getContainerData(id, start, end)),
        async () => withoutStatus(await v1.getContainerData(id, start, end)),
      );
      const { stream, status } = await settled('get-container-data', call);
      return { stream, status: told('get-container-data', status) };
    },

    async write(id, data) {
      const what = 'write-container-data';
      const { v2 } = wire();
      const v1 = createClient(invoker, {
        target: '',
        interface: blobstoreV1,
        timeoutMs: untilInvocationEnds,
      });
      const { status } = await settled(
        what,
        // Nothing of `data` is taken before somebody accepted the call.
        withFallback<Result<{ readonly status: Status }, string>>(
          async () => {
            const result = await v2.writeContainerData(id, data);
            return result.tag === 'err' ? result : { tag: 'ok', val: { status: result.val } };
          },
          // Not awaited: a guest may write only after this.
          async () => ({ tag: 'ok', val: { status: v1.writeContainerData(id, data) } }),
        ),
      );
      return { status: told(what, status) };
    },
  };
}

async function withFallback<T>(current: () => Promise<T>, older: () => Promise<T>): Promise<T> {
  try {
    return await current();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return await older();
}

function withStatus<Chunk>(
  result: Result<[AsyncIterable<Chunk>, Status], string>,
): Result<Incoming<Chunk>, string> {
  if (result.tag === 'err') return result;
  const [stream, status] = result.val as [AsyncIterable<Chunk>, Status];
  return { tag: 'ok', val: { stream, status } } as Result<Incoming<Chunk>, string>;
}

function withoutStatus<Chunk>(result: Result<AsyncIterable<Chunk>, string>): Result<Incoming<Chunk>, string> {
  if (result.tag === 'err') return result;
  const stream = result.val as AsyncIterable<Chunk>;
  const status: Status = Promise.resolve({ tag: 'ok' } as const);
  return { tag: 'ok', val: { stream, status } } as Result<Incoming<Chunk>, string>;
}
