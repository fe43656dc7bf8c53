import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { IdleCalls } from './idle-calls.js';
import { InputStream } from './input-stream.js';
import { IoError } from './io-error.js';
import { OutputStream } from './output-stream.js';
import { Pollable, poll } from './pollable.js';

const error: HostInterface = {
  ...declared('wasi:io/error@0.2.12'),
  ...wasi02,
  suspending: [],
  bind: () => ({ Error: IoError }),
};

const pollInterface: HostInterface = {
  ...declared('wasi:io/poll@0.2.12'),
  ...wasi02,
  suspending: ['poll', '[method]pollable.block', '[method]pollable.ready'],
  bind: () => {
    const idle = new IdleCalls();
    return { Pollable, poll: (pollables: readonly Pollable[]) => poll(pollables, idle) };
  },
};

const streams: HostInterface = {
  ...declared('wasi:io/streams@0.2.12'),
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
