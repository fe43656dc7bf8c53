export {
  createInvocationClock,
  invocationClockBytes,
  readOldestStart,
} from './invocation/invocation-clock.js';
export { startWorker, type WorkerClient, type WorkerExit, WorkerExitedError } from './thread/client.js';
export type { CoLocatedComponent, ComponentWorkerData, LinkRow, ListenerAddress } from './thread/messages.js';
