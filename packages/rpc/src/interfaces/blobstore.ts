import { func, type Result, type TypedInterface, type TypedWit, t, witInterface } from '../builders.js';

export interface BlobstoreObjectId {
  container: string;
  object: string;
}

/** Seconds since the epoch. */
export interface BlobstoreContainerMetadata {
  createdAt: bigint;
}

export interface BlobstoreObjectMetadata {
  /** Seconds since the epoch. */
  createdAt: bigint;
  size: bigint;
}

const objectId: TypedWit<BlobstoreObjectId> = t.record({ container: t.string, object: t.string });
const containerMetadata: TypedWit<BlobstoreContainerMetadata> = t.record({ 'created-at': t.u64 });
const objectMetadata: TypedWit<BlobstoreObjectMetadata> = t.record({ 'created-at': t.u64, size: t.u64 });
const done = t.result(undefined, t.string);

/** The functions that both versions have. */
export interface BlobstoreCommon {
  clearContainer(name: string): Promise<Result<undefined, string>>;
  containerExists(name: string): Promise<Result<boolean, string>>;
  createContainer(name: string): Promise<Result<undefined, string>>;
  deleteContainer(name: string): Promise<Result<undefined, string>>;
  getContainerInfo(name: string): Promise<Result<BlobstoreContainerMetadata, string>>;
  copyObject(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<Result<undefined, string>>;
  deleteObject(id: BlobstoreObjectId): Promise<Result<undefined, string>>;
  deleteObjects(container: string, objects: string[]): Promise<Result<undefined, string>>;
  getObjectInfo(id: BlobstoreObjectId): Promise<Result<BlobstoreObjectMetadata, string>>;
  hasObject(id: BlobstoreObjectId): Promise<Result<boolean, string>>;
  moveObject(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<Result<undefined, string>>;
}

const common = [
  func('clear-container', [['name', t.string]], done),
  func('container-exists', [['name', t.string]], t.result(t.bool, t.string)),
  func('create-container', [['name', t.string]], done),
  func('delete-container', [['name', t.string]], done),
  func('get-container-info', [['name', t.string]], t.result(containerMetadata, t.string)),
  func(
    'copy-object',
    [
      ['src', objectId],
      ['dest', objectId],
    ],
    done,
  ),
  func('delete-object', [['id', objectId]], done),
  func(
    'delete-objects',
    [
      ['container', t.string],
      ['objects', t.list(t.string)],
    ],
    done,
  ),
  func('get-object-info', [['id', objectId]], t.result(objectMetadata, t.string)),
  func('has-object', [['id', objectId]], t.result(t.bool, t.string)),
  func(
    'move-object',
    [
      ['src', objectId],
      ['dest', objectId],
    ],
    done,
  ),
] as const;

/** A stream, and whether it is complete: the future tells how reading or writing ended. */
type WithStatus<T> = [T, Promise<Result<undefined, string>>];

export interface Blobstore extends BlobstoreCommon {
  listContainerObjects(
    container: string,
    limit: bigint | undefined,
    offset: bigint | undefined,
  ): Promise<Result<WithStatus<AsyncIterable<string[]>>, string>>;
  /** `end` is exclusive for upstream's providers. */
  getContainerData(
    id: BlobstoreObjectId,
    start: bigint,
    end: bigint,
  ): Promise<Result<WithStatus<AsyncIterable<Uint8Array>>, string>>;
  writeContainerData(
    id: BlobstoreObjectId,
    data: AsyncIterable<Uint8Array>,
  ): Promise<Result<Promise<Result<undefined, string>>, string>>;
}

const listParams = [
  ['container', t.string],
  ['limit', t.option(t.u64)],
  ['offset', t.option(t.u64)],
] as const;

const readParams = [
  ['id', objectId],
  ['start', t.u64],
  ['end', t.u64],
] as const;

const writeParams = [
  ['id', objectId],
  ['data', t.stream(t.u8)],
] as const;

/** `wrpc:blobstore` 0.2.0 (docs/spec/wrpc-interfaces.md#5). */
export const blobstore: TypedInterface<Blobstore> = witInterface('wrpc:blobstore/blobstore@0.2.0', [
  ...common,
  func('list-container-objects', listParams, t.result(t.tuple(t.stream(t.string), t.future(done)), t.string)),
  func('get-container-data', readParams, t.result(t.tuple(t.stream(t.u8), t.future(done)), t.string)),
  func('write-container-data', writeParams, t.result(t.future(done), t.string)),
]);

export interface BlobstoreV1 extends BlobstoreCommon {
  listContainerObjects(
    container: string,
    limit: bigint | undefined,
    offset: bigint | undefined,
  ): Promise<Result<AsyncIterable<string[]>, string>>;
  getContainerData(
    id: BlobstoreObjectId,
    start: bigint,
    end: bigint,
  ): Promise<Result<AsyncIterable<Uint8Array>, string>>;
  writeContainerData(
    id: BlobstoreObjectId,
    data: AsyncIterable<Uint8Array>,
  ): Promise<Result<undefined, string>>;
}

/** `wrpc:blobstore` 0.1.0: what hosts fall back to when nobody serves 0.2.0. */
export const blobstoreV1: TypedInterface<BlobstoreV1> = witInterface('wrpc:blobstore/blobstore@0.1.0', [
  ...common,
  func('list-container-objects', listParams, t.result(t.stream(t.string), t.string)),
  func('get-container-data', readParams, t.result(t.stream(t.u8), t.string)),
  func('write-container-data', writeParams, done),
]);
