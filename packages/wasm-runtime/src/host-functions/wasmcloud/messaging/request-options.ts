/** The longest wait there is: without a timeout a request waits as long as its invocation may. */
const longestMs = 2 ** 31 - 1;

/** Resource `wasmcloud:messaging/request-reply.request-options` of 0.3.0. */
export class RequestOptions {
  timeoutMs: number = longestMs;
  expectedReplies = 1;

  setTimeoutMs(timeoutMs: number): void {
    this.timeoutMs = timeoutMs;
  }

  setExpectedReplies(expectedReplies: number): void {
    this.expectedReplies = expectedReplies;
  }
}
