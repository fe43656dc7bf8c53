export { backOffMs, defaultBackOffMs } from './back-off.js';
export { ComponentHandler, type ComponentHandlerOptions, type HandedMessage } from './component-handler.js';
export { consumerExport, type Publisher } from './consumer-export.js';
export { type DeadLetterCause, deadLetterHeaders, describeCause } from './dead-letter.js';
export { createMessageQueue, type MessageQueue } from './message-queue.js';
export {
  MessagingFailure,
  noAnswer,
  nobodyListens,
  noConnection,
  noSubject,
} from './messaging-failure.js';
export type { Failure, Outcome } from './outcome.js';
export { WorkInFlight } from './work-in-flight.js';
