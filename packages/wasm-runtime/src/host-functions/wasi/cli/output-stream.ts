import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { OutputStream } from '../io/index.js';
import { type OutputName, outputSink } from './output-sink.js';

/**
 * `wasi:cli/stdout` and `stderr`. Upstream discards stdout and copies stderr to the host's own, where nothing says which component
 * wrote it.
 */
function outputInterface(stream: OutputName, functionName: 'getStdout' | 'getStderr'): HostInterface {
  return {
    ...declared(`wasi:cli/${stream}@0.2.12`),
    ...wasi02,
    suspending: [],
    bind: (context) => ({ [functionName]: () => new OutputStream(outputSink(context, stream)) }),
  };
}

export const stdout: HostInterface = outputInterface('stdout', 'getStdout');
export const stderr: HostInterface = outputInterface('stderr', 'getStderr');
