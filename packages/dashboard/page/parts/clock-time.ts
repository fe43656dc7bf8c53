const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `14:03:59`, here. `time` in milliseconds since 1970. */
export function clockTime(time: number): string {
  return clock.format(time);
}
