export { buildChainGuest, chainInterface } from './build-chain-guest.js';
export { buildGuestText } from './build-guest-text.js';
export { buildHandleGuests, type HandleGuests } from './build-handle-guests.js';
export {
  boxesInterface,
  buildMeetingGuests,
  type MeetingGuests,
  visitsInterface,
} from './build-meeting-guests.js';
export { callerInterface, countersInterface, lettersInterface, streamsInterface } from './interfaces.js';
