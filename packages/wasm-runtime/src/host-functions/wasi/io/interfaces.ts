import { type HostInterface, wasi02 } from '../../host-interface.js';
import { IdleCalls } from './idle-calls.js';
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
  suspending: ['poll', '[method]pollable.block', '[method]pollable.ready'],
  bind: () => {
    const idle = new IdleCalls();
    return { Pollable, poll: (pollables: readonly Pollable[]) => poll(pollables, idle) };
  },
};

const streams: HostInterface = {
  name: 'wasi:io/streams',
  ...wasi02,
  suspending: [
    ...['read', 'blocking-read', 'skip', 'blocking-skip'].map((name) => `[method]input-stream.${name}`),
    ...[
      'check-write',
      'write',
      'blocking-write-and-flush',
      'flush',
      'blocking-flush',
      'write-zeroes',
      'blocking-write-zeroes-and-flush',
      'splice',
      'blocking-splice',
    ].map((name) => `[method]output-stream.${name}`),
  ],
  bind: () => ({ InputStream, OutputStream }),
};

/** `wasi:io@0.2`: error, poll, streams. */
export const ioInterfaces: readonly HostInterface[] = [error, pollInterface, streams];
