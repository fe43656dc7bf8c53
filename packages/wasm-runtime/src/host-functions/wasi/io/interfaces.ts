import { type HostInterface, wasi02 } from '../../host-interface.js';
import { InputStream } from './input-stream.js';
import { IoError } from './io-error.js';
import { OutputStream } from './output-stream.js';
import { Pollable, poll } from './pollable.js';

const error: HostInterface = {
  name: 'wasi:io/error',
  ...wasi02,
  suspending: [],
  bind: () => ({ Error: IoError }),
};

const pollInterface: HostInterface = {
  name: 'wasi:io/poll',
  ...wasi02,
  suspending: ['poll', '[method]pollable.block'],
  bind: () => ({ Pollable, poll }),
};

const streams: HostInterface = {
  name: 'wasi:io/streams',
  ...wasi02,
  suspending: [
    '[method]input-stream.blocking-read',
    '[method]input-stream.blocking-skip',
    '[method]output-stream.blocking-write-and-flush',
    '[method]output-stream.blocking-flush',
    '[method]output-stream.blocking-write-zeroes-and-flush',
    '[method]output-stream.blocking-splice',
  ],
  bind: () => ({ InputStream, OutputStream }),
};

/** `wasi:io@0.2`: error, poll, streams. */
export const ioInterfaces: readonly HostInterface[] = [error, pollInterface, streams];
