import type { LogLevel } from '@wasmlattice/telemetry';
import { logForGuest } from '../../guest-log.js';
import type { InstanceContext } from '../../host-interface.js';
import { LogLineSink } from './log-line-sink.js';
import { OutputTail } from './output-tail.js';

export type OutputName = 'stdout' | 'stderr';

/** stderr one above stdout: this is where guests write their panics. */
const levels: Readonly<Record<OutputName, LogLevel>> = { stdout: 'info', stderr: 'warn' };

const sinks: Readonly<Record<OutputName, WeakMap<InstanceContext, LogLineSink>>> = {
  stdout: new WeakMap(),
  stderr: new WeakMap(),
};

/**
 * Where an invocation writes: each line is a log record with the field `stream`. There is one sink, whichever version of WASI the guest
 * writes with and however often it asks: a line may come through several handles.
 */
export function outputSink(context: InstanceContext, stream: OutputName): LogLineSink {
  const known = sinks[stream].get(context);
  if (known !== undefined) return known;
  const sink = createSink(context, stream);
  sinks[stream].set(context, sink);
  return sink;
}

function createSink(context: InstanceContext, stream: OutputName): LogLineSink {
  const sink = new LogLineSink((line) => {
    logForGuest(context, levels[stream], line, { stream });
    tail?.add(line);
  });
  const tail = stream === 'stderr' ? new OutputTail(() => sink.rest) : undefined;
  if (tail !== undefined) context.stderr = tail;
  context.signal.addEventListener('abort', () => sink.close(), { once: true });
  return sink;
}
