import type { IndexPath } from '../codec/deferred.js';
import type { WitFunction } from '../types.js';

/** One that has not ended. */
export interface StalledParam {
  /** Its first index is that of the parameter. */
  readonly path: IndexPath;
  /** What it waits for: `source` for its next value, `reader` for the peer to read what was sent. */
  readonly waitsFor: 'source' | 'reader';
}

/** How the streams and futures among the parameters of a call get on. */
export interface ParamsProgress {
  /** When bytes of them last left, or were last found to be read, in the time of `performance.now()`; `-Infinity` before. */
  readonly movedAt: number;
  /** The first that has not ended. */
  readonly stalled: StalledParam | undefined;
}

/** The text of the error of a call that was accepted, and in which nothing has moved for so long. */
export function describeSilence(
  { movedAt, stalled }: ParamsProgress,
  { params }: WitFunction,
  waitMs: number,
): string {
  const silence = `accepted the call and did not answer within ${waitMs} ms`;
  if (stalled !== undefined) {
    const stream = `the stream of parameter '${params[stalled.path[0] as number]?.name}'`;
    return stalled.waitsFor === 'reader'
      ? `${silence}, nor did it read more of ${stream}`
      : `${silence}, and ${stream} brought nothing meanwhile; check its source`;
  }
  return movedAt === Number.NEGATIVE_INFINITY
    ? silence
    : `${silence} after the streams of its parameters had ended`;
}

/** Of a call without streams and futures among its parameters. */
export const noProgress: ParamsProgress = { movedAt: Number.NEGATIVE_INFINITY, stalled: undefined };
