import { type HostInterface, wasi03 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { unreachableResource } from '../unreachable-resource.js';

const types = declared('wasi:filesystem/types@0.3.2');
const descriptor = unreachableResource(types.declared, 'descriptor');

/** `wasi:filesystem@0.3`: linked, without any directory, as 0.2. */
export const filesystem03Interfaces: readonly HostInterface[] = [
  { ...types, ...wasi03, suspending: [], bind: () => ({ Descriptor: descriptor() }) },
  {
    ...declared('wasi:filesystem/preopens@0.3.2'),
    ...wasi03,
    suspending: [],
    bind: () => ({ getDirectories: () => [] }),
  },
];
