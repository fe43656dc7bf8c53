// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#waitable-state

/** What a guest is told that waits. */
export const eventCodes = {
  none: 0,
  subtask: 1,
  streamRead: 2,
  streamWrite: 3,
  futureRead: 4,
  futureWrite: 5,
  taskCancelled: 6,
} as const;

export type EventCode = (typeof eventCodes)[keyof typeof eventCodes];

export interface GuestEvent {
  readonly code: EventCode;
  /** The guest's number of what it is about; 0 for none. */
  readonly index: number;
  readonly payload: number;
}

export const noEvent: GuestEvent = { code: eventCodes.none, index: 0, payload: 0 };
export const cancelledEvent: GuestEvent = { code: eventCodes.taskCancelled, index: 0, payload: 0 };

/** Given to a guest for what has not come to an end yet. */
export const blocked = 0xffff_ffff;

/** How a copy between the two ends of a stream or future ended. */
export const copyResults = { completed: 0, dropped: 1, cancelled: 2 } as const;

export type CopyResult = (typeof copyResults)[keyof typeof copyResults];

/** State of a subtask, as a guest sees it. */
export const subtaskStates = {
  starting: 0,
  started: 1,
  returned: 2,
  cancelledBeforeStarted: 3,
  cancelledBeforeReturned: 4,
} as const;

export type SubtaskState = (typeof subtaskStates)[keyof typeof subtaskStates];

/** What a guest that is called back wants next. */
export const callbackCodes = { exit: 0, yield: 1, wait: 2 } as const;
