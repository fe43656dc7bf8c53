import { err, ok, type Result } from '@wasmlattice/rpc';
import { type HostInterface, type InstanceContext, wasi03 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ByteStream, copyBytes, emptySource, streamSource } from '../io/index.js';
import { exit, exitWithCode, getArguments, getEnvironment, initialCwd } from './command.js';
import { type OutputName, outputSink } from './output-sink.js';
import { terminalInterfaces } from './terminals.js';

/** `wasi:cli/types.error-code` */
type ErrorCode = 'io' | 'illegal-byte-sequence' | 'pipe';

/** What a stream came to: `result<_, error-code>`. */
type Transfer = Result<undefined, ErrorCode>;

const environment: HostInterface = {
  ...declared('wasi:cli/environment@0.3.2'),
  ...wasi03,
  suspending: [],
  bind: () => ({ getEnvironment, getArguments, getInitialCwd: initialCwd }),
};

const exitInterface: HostInterface = {
  ...declared('wasi:cli/exit@0.3.2'),
  ...wasi03,
  suspending: [],
  bind: () => ({ exit, exitWithCode }),
};

const stdin: HostInterface = {
  ...declared('wasi:cli/stdin@0.3.2'),
  ...wasi03,
  suspending: [],
  bind: () => ({
    readViaStream: (): [ByteStream, Promise<Transfer>] => [
      new ByteStream(emptySource),
      Promise.resolve(ok(undefined)),
    ],
  }),
};

function output(stream: OutputName): HostInterface {
  return {
    ...declared(`wasi:cli/${stream}@0.3.2`),
    ...wasi03,
    suspending: [],
    bind: (context) => ({
      writeViaStream: (data: AsyncIterable<Uint8Array>) => write(context, stream, data),
    }),
  };
}

async function write(
  context: InstanceContext,
  stream: OutputName,
  data: AsyncIterable<Uint8Array>,
): Promise<Transfer> {
  try {
    await copyBytes(streamSource(data), outputSink(context, stream));
    return ok(undefined);
  } catch {
    // The guest that wrote is gone.
    return err('io');
  }
}

/** `wasi:cli@0.3` without `run`, which components export. */
export const cli03Interfaces: readonly HostInterface[] = [
  environment,
  exitInterface,
  stdin,
  output('stdout'),
  output('stderr'),
  ...terminalInterfaces('0.3.2', wasi03),
];
