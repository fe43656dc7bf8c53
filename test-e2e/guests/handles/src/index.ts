export { buildHandleGuests, type HandleGuests } from './build-handle-guests.js';
export { callerInterface, countersInterface, streamsInterface } from './interfaces.js';
