import { CodecError } from '../codec/codec-error.js';

/** Code and text of anything that was thrown. */
export function describeFailure(error: unknown): {
  readonly code: string | undefined;
  readonly text: string;
} {
  if (error instanceof CodecError) return { code: error.code, text: error.message };
  if (error instanceof Error) return { code: undefined, text: error.message || error.name };
  return { code: undefined, text: typeof error === 'string' ? error : 'an error without message' };
}
