import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const minuteMs = 60_000;

/** How long ago something was, in the largest unit that says it; kept true by the minute. `time` in milliseconds since 1970. */
export function Since({ time }: { readonly time: number }): JSX.Element {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minuteMs);
    return () => clearInterval(timer);
  }, []);
  return <time dateTime={new Date(time).toISOString()}>{duration(now - time)}</time>;
}

/** `3 d`, `5 h`, `12 min`, `40 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
