/**
 * The duration that this part of invocations did not exceed, in ms, estimated within its bucket; `undefined` without any invocation. What took
 * longer than the last bound counts as that bound.
 *
 * @param durations invocations by duration: a number for each bound, and one for what took longer
 * @param part from 0 to 1: 0.99
 */
export function durationQuantile(
  durations: readonly number[],
  boundsMs: readonly number[],
  part: number,
): number | undefined {
  const total = durations.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = total * part;
  let seen = 0;
  for (const [bucket, count] of durations.entries()) {
    const upper = boundsMs[bucket];
    if (upper === undefined) break;
    if (count > 0 && seen + count >= wanted) {
      const lower = bucket === 0 ? 0 : (boundsMs[bucket - 1] ?? 0);
      return lower + (upper - lower) * Math.max(0, (wanted - seen) / count);
    }
    seen += count;
  }
  return boundsMs.at(-1);
}
