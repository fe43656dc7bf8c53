import type { HostImport } from '../../engine.js';
import type { HostInterface, InstanceContext } from '../../host-interface.js';
import { InputStream } from './input-stream.js';
import { IoError } from './io-error.js';
import { OutputStream } from './output-stream.js';
import { Pollable, poll } from './pollable.js';

/** Every 0.2 release resolves to the newest: releases of one minor version are compatible by WASI's rules. */
export function acceptsWasi02(version: string): boolean {
  return /^0\.2\.\d+$/.test(version);
}

const error: HostInterface = {
  name: 'wasi:io/error',
  accepts: acceptsWasi02,
  suspending: [],
  bind: () => ({ Error: IoError }),
};

const pollInterface: HostInterface = {
  name: 'wasi:io/poll',
  accepts: acceptsWasi02,
  suspending: ['poll', '[method]pollable.block'],
  bind: ({ signal }: InstanceContext): HostImport => ({
    Pollable,
    poll: (pollables: readonly Pollable[]) => poll(pollables, signal),
  }),
};

const streams: HostInterface = {
  name: 'wasi:io/streams',
  accepts: acceptsWasi02,
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
