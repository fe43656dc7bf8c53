import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';
import type { BlobstoreClient } from './blobstore-client.js';
import { IncomingValue } from './incoming-value.js';
import { ObjectNames } from './object-names.js';
import type { OutgoingValue } from './outgoing-value.js';

/** `wasi:blobstore/types.container-metadata`; seconds since the epoch. */
export interface ContainerMetadata {
  readonly name: string;
  readonly createdAt: bigint;
}

/** `wasi:blobstore/types.object-metadata`; seconds since the epoch. */
export interface ObjectMetadata {
  readonly name: string;
  readonly container: string;
  readonly createdAt: bigint;
  readonly size: bigint;
}

/**
 * Resource `wasi:blobstore/container.container`: a name, sent along with every call
 * (docs/spec/wrpc-interfaces.md#5).
 */
export class Container {
  readonly #name: string;
  readonly #client: BlobstoreClient;

  constructor(name: string, client: BlobstoreClient) {
    this.#name = name;
    this.#client = client;
  }

  name(): string {
    return this.#name;
  }

  async info(): Promise<ContainerMetadata> {
    const info = await this.#client.call('get-container-info', (wire) => wire.getContainerInfo(this.#name));
    return { name: this.#name, ...info };
  }

  async getData(name: string, start: bigint, end: bigint): Promise<IncomingValue> {
    const incoming = await this.#client.read(this.#id(name), start, end);
    return new IncomingValue(incoming, async () => {
      const { size } = await this.objectInfo(name);
      const last = end < size ? end : size;
      return last > start ? last - start : 0n;
    });
  }

  async writeData(name: string, data: OutgoingValue): Promise<void> {
    await data.storeAs(this.#id(name), this.#client);
  }

  async listObjects(): Promise<ObjectNames> {
    return new ObjectNames(await this.#client.list(this.#name));
  }

  /** As upstream's host: as a list of one. */
  async deleteObject(name: string): Promise<void> {
    await this.deleteObjects([name]);
  }

  async deleteObjects(names: string[]): Promise<void> {
    await this.#client.call('delete-objects', (wire) => wire.deleteObjects(this.#name, names));
  }

  hasObject(name: string): Promise<boolean> {
    return this.#client.call('has-object', (wire) => wire.hasObject(this.#id(name)));
  }

  async objectInfo(name: string): Promise<ObjectMetadata> {
    const info = await this.#client.call('get-object-info', (wire) => wire.getObjectInfo(this.#id(name)));
    return { name, container: this.#name, ...info };
  }

  async clear(): Promise<void> {
    await this.#client.call('clear-container', (wire) => wire.clearContainer(this.#name));
  }

  #id(object: string): BlobstoreObjectId {
    return { container: this.#name, object };
  }
}
