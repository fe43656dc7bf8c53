import type { S3ServiceException } from '@aws-sdk/client-s3';

/** Whether the server answered with one of these codes: `NoSuchBucket`. Answers to HEAD have none but `NotFound`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isAnswer(error) && codes.includes(error.name);
}

export function hasStatus(error: unknown, status: number): boolean {
  return isAnswer(error) && error.$metadata.httpStatusCode === status;
}

/** Why an operation failed, for the component. */
export function reasonOf(cause: unknown): string {
  if (isAnswer(cause)) {
    if (hasStatus(cause, 403))
      return `access denied (${cause.name}): check the credentials of the link and their policy`;
    // HEAD has no body, and so no words.
    const words = cause.message === '' || cause.message === 'UnknownError' ? '' : `: ${cause.message}`;
    return `the S3 server says ${cause.name}${words}`;
  }
  if (cause instanceof Error && 'code' in cause)
    return `the S3 server can't be reached: ${String(cause.code)}`;
  return cause instanceof Error ? cause.message : String(cause);
}

/** As `S3ServiceException.isInstance` tells it, which would load the AWS SDK. */
function isAnswer(error: unknown): error is S3ServiceException {
  return error instanceof Error && '$fault' in error && '$metadata' in error;
}
