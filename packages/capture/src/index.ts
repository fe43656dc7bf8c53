export { type Capture, CaptureFormatError, captureLine, parseCapture } from './file/capture-file.js';
export type {
  CaptureHeader,
  RecordedCall,
  RecordedFailure,
  RecordedFuture,
  RecordedHeaders,
  RecordedInput,
  RecordedInvocation,
  RecordedOutcome,
  RecordedRequest,
  RecordedResponse,
  RecordedStream,
} from './file/records.js';
export type { Difference } from './replay/invocation-differences.js';
export type { ValueDifference } from './replay/json-differences.js';
export {
  NothingReplayedError,
  type Replay,
  ReplayDifferenceError,
  type ReplayFileOptions,
  replay,
} from './replay/replay.js';
export {
  type ReplayedInvocation,
  type ReplayOptions,
  type ReplayReport,
  replayCapture,
} from './replay/replay-capture.js';
export { invocationText, reportText, summaryText } from './replay/report-text.js';
