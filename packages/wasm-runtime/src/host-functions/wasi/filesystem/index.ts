import { type HostInterface, wasi02 } from '../../host-interface.js';
import { unreachableResource } from '../unreachable-resource.js';

const Descriptor = unreachableResource('Descriptor', [
  'readViaStream',
  'writeViaStream',
  'appendViaStream',
  'advise',
  'syncData',
  'getFlags',
  'getType',
  'setSize',
  'setTimes',
  'read',
  'write',
  'readDirectory',
  'sync',
  'createDirectoryAt',
  'stat',
  'statAt',
  'setTimesAt',
  'linkAt',
  'openAt',
  'readlinkAt',
  'removeDirectoryAt',
  'renameAt',
  'symlinkAt',
  'unlinkFileAt',
  'isSameObject',
  'metadataHash',
  'metadataHashAt',
]);

const DirectoryEntryStream = unreachableResource('DirectoryEntryStream', ['readDirectoryEntry']);

/** `wasi:filesystem@0.2`: linked, without any directory (docs/spec/component-runtime.md#3). */
export const filesystemInterfaces: readonly HostInterface[] = [
  {
    name: 'wasi:filesystem/types',
    ...wasi02,
    suspending: [],
    bind: () => ({ Descriptor, DirectoryEntryStream, filesystemErrorCode: () => undefined }),
  },
  {
    name: 'wasi:filesystem/preopens',
    ...wasi02,
    suspending: [],
    bind: () => ({ getDirectories: () => [] }),
  },
];
