import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';
import { exactly, type HostInterface } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../io/index.js';
import { createBlobstoreClient } from './blobstore-client.js';
import { Container } from './container.js';
import { IncomingValue } from './incoming-value.js';
import { ObjectNames } from './object-names.js';
import { OutgoingValue } from './outgoing-value.js';

const versions = exactly('0.2.0-draft');

const types: HostInterface = {
  ...declared('wasi:blobstore/types@0.2.0-draft'),
  ...versions,
  suspending: [
    '[static]outgoing-value.finish',
    '[static]incoming-value.incoming-value-consume-sync',
    '[method]incoming-value.size',
  ],
  bind: () => ({ IncomingValue, OutgoingValue }),
};

const container: HostInterface = {
  ...declared('wasi:blobstore/container@0.2.0-draft'),
  ...versions,
  suspending: [
    ...[
      'info',
      'get-data',
      'write-data',
      'list-objects',
      'delete-object',
      'delete-objects',
      'has-object',
      'object-info',
      'clear',
    ].map((name) => `[method]container.${name}`),
    '[method]stream-object-names.read-stream-object-names',
    '[method]stream-object-names.skip-stream-object-names',
  ],
  bind: () => ({ Container, StreamObjectNames: ObjectNames }),
};

const blobstore: HostInterface = {
  ...declared('wasi:blobstore/blobstore@0.2.0-draft'),
  ...versions,
  suspending: [
    'create-container',
    'get-container',
    'delete-container',
    'container-exists',
    'copy-object',
    'move-object',
  ],
  bind(context) {
    const client = createBlobstoreClient(context);
    const containerExists = (name: string): Promise<boolean> =>
      client.call('container-exists', (wire) => wire.containerExists(name));
    return {
      async createContainer(name: string): Promise<Container> {
        await client.call('create-container', (wire) => wire.createContainer(name));
        return new Container(name, client);
      },
      async getContainer(name: string): Promise<Container> {
        if (!(await containerExists(name))) throw new ResultError('container does not exist');
        return new Container(name, client);
      },
      async deleteContainer(name: string): Promise<void> {
        await client.call('delete-container', (wire) => wire.deleteContainer(name));
      },
      containerExists,
      async copyObject(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<void> {
        await client.call('copy-object', (wire) => wire.copyObject(src, dest));
      },
      async moveObject(src: BlobstoreObjectId, dest: BlobstoreObjectId): Promise<void> {
        await client.call('move-object', (wire) => wire.moveObject(src, dest));
      },
    };
  },
};

/**
 * `wasi:blobstore@0.2.0-draft`, bridged to `wrpc:blobstore` (docs/spec/wrpc-interfaces.md#2,
 * docs/spec/wrpc-interfaces.md#5).
 */
export const blobstoreInterfaces: readonly HostInterface[] = [types, container, blobstore];
