import type {
  BlobstoreContainerMetadata,
  BlobstoreObjectId,
  BlobstoreObjectMetadata,
} from '@wasmlattice/rpc/interfaces';

/**
 * Containers with objects in them: what a blobstore provider does with its backend. Methods throw a `BlobstoreFailure`, whose message is for
 * the component, or an error of the backend.
 */
export interface BlobStore {
  /** One that is there is no failure, and keeps its objects. */
  createContainer(name: string): Promise<void>;
  containerExists(name: string): Promise<boolean>;
  containerInfo(name: string): Promise<BlobstoreContainerMetadata>;
  clearContainer(name: string): Promise<void>;
  /** With its objects. */
  deleteContainer(name: string): Promise<void>;
  /** Names in no particular order, some at a time; fails before the first when there is no such container. */
  list(container: string, range: NameRange): Promise<Names>;
  hasObject(id: BlobstoreObjectId): Promise<boolean>;
  objectInfo(id: BlobstoreObjectId): Promise<BlobstoreObjectMetadata>;
  /** Bytes from `start` to before `end`, or to the end of the object; none of a range beyond it. Nothing is read before it is asked for. */
  read(id: BlobstoreObjectId, start: bigint, end: bigint): Promise<Chunks>;
  /** Checks that an object of that name can be written, before its data comes. */
  prepareWrite(id: BlobstoreObjectId): Promise<void>;
  /** Replaces the object once all data is there and stored; until then, and if the data breaks off, readers have the old one. */
  write(id: BlobstoreObjectId, data: Chunks): Promise<void>;
  copy(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<void>;
  move(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<void>;
  /** What does not exist is no failure. */
  deleteObjects(container: string, objects: readonly string[]): Promise<void>;
}

export type Names = AsyncIterable<string[]>;
export type Chunks = AsyncIterable<Uint8Array>;

/** The names of a list that are asked for, counted from 0. */
export interface NameRange {
  readonly offset: bigint;
  readonly limit: bigint;
}
