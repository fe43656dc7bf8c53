export {
  type CapturedLine,
  type CaptureOrder,
  type ComponentCapture,
  ThreadCaptures,
} from './component-capture.js';
export { defaultRecordingLimits, type RecordingLimits } from './limits.js';
export { type GuestWorld, InvocationRecording } from './recording.js';
