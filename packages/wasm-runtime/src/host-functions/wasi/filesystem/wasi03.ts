import { type HostInterface, wasi03 } from '../../host-interface.js';
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

/** `wasi:filesystem@0.3`: linked, without any directory, as 0.2. */
export const filesystem03Interfaces: readonly HostInterface[] = [
  { name: 'wasi:filesystem/types', ...wasi03, suspending: [], bind: () => ({ Descriptor }) },
  { name: 'wasi:filesystem/preopens', ...wasi03, suspending: [], bind: () => ({ getDirectories: () => [] }) },
];
