import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { unreachableResource } from '../unreachable-resource.js';

const types = declared('wasi:filesystem/types@0.2.12');
const descriptor = unreachableResource(types.declared, 'descriptor');
const directoryEntryStream = unreachableResource(types.declared, 'directory-entry-stream');

/** `wasi:filesystem@0.2`: linked, without any directory (docs/spec/component-runtime.md#3). */
export const filesystemInterfaces: readonly HostInterface[] = [
  {
    ...types,
    ...wasi02,
    suspending: [],
    bind: () => ({
      Descriptor: descriptor(),
      DirectoryEntryStream: directoryEntryStream(),
      filesystemErrorCode: () => undefined,
    }),
  },
  {
    ...declared('wasi:filesystem/preopens@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: () => ({ getDirectories: () => [] }),
  },
];
