import type { LogLevel } from '@wasmlattice/telemetry';
import { logForGuest } from '../../guest-log.js';
import { type HostInterface, type InstanceContext, wasi02 } from '../../host-interface.js';
import { OutputStream } from '../io/index.js';
import { LogLineSink } from './log-line-sink.js';
import { OutputTail } from './output-tail.js';

/**
 * `wasi:cli/stdout` and `stderr`: each line is a log record with the field `stream`. Upstream discards stdout and copies
 * stderr to the host's own, where nothing says which component wrote it.
 */
function outputInterface(
  stream: 'stdout' | 'stderr',
  level: LogLevel,
  functionName: 'getStdout' | 'getStderr',
): HostInterface {
  return {
    name: `wasi:cli/${stream}`,
    ...wasi02,
    suspending: [],
    bind: (context) => {
      let sink: LogLineSink | undefined;
      return {
        [functionName]: () => {
          sink ??= createSink(context, stream, level);
          return new OutputStream(sink);
        },
      };
    },
  };
}

/** One sink for the whole invocation, however often the guest asks: a line may come through several handles. */
function createSink(context: InstanceContext, stream: 'stdout' | 'stderr', level: LogLevel): LogLineSink {
  const sink = new LogLineSink((line) => {
    logForGuest(context, level, line, { stream });
    tail?.add(line);
  });
  const tail = stream === 'stderr' ? new OutputTail(() => sink.rest) : undefined;
  if (tail !== undefined) context.stderr = tail;
  context.signal.addEventListener('abort', () => sink.close(), { once: true });
  return sink;
}

export const stdout: HostInterface = outputInterface('stdout', 'info', 'getStdout');

/** Kept one level above stdout: this is where guests write their panics. */
export const stderr: HostInterface = outputInterface('stderr', 'warn', 'getStderr');
