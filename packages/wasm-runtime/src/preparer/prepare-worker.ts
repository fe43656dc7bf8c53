/** Entry of a thread that prepares components and does nothing else. */
import { parentPort, workerData } from 'node:worker_threads';
import { createLogger, describeError, type LogRecord, noopLogger } from '@wasmlattice/telemetry';
import { createEngine } from '../engines/create-engine.js';
import { handOverHolds } from '../engines/prepared-holds.js';
import type { FromPrepareThread, PrepareThreadData, ToPrepareThread } from './messages.js';
import { prepareForHost } from './prepare-for-host.js';
import { toThreadFailure } from './thread-failure.js';

if (parentPort === null) throw new Error('prepare-worker.js is a thread of a preparer, not a program');
const port = parentPort;
const { engine: engineOptions, logLevel } = workerData as PrepareThreadData;

const post = (message: FromPrepareThread): void => port.postMessage(message);

/** Only the other thread knows where records go. */
function postRecord({ level, message, fields }: LogRecord): void {
  const plain = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? describeError(value) : value,
  ]);
  post({ kind: 'log', level, message, fields: Object.fromEntries(plain) });
}

const logger =
  logLevel === undefined
    ? noopLogger
    : createLogger({ name: '', level: logLevel, format: 'json', write() {}, record: postRecord });
const engine = createEngine({ ...engineOptions, logger });

async function prepare({ id, bytes, options }: ToPrepareThread): Promise<void> {
  try {
    const prepared = await prepareForHost(engine, bytes, options);
    handOverHolds(prepared);
    post({ kind: 'prepared', id, prepared });
  } catch (error) {
    post({ kind: 'failed', id, error: toThreadFailure(error) });
  }
}

port.on('message', (message: ToPrepareThread) => void prepare(message));
