import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readDuration } from '../read-duration.js';

/** Whether a command shows its result again and again, as commander hands it over. */
export interface WatchOptions {
  readonly watch?: string | true;
}

const defaultEveryMs = 1_000;
const clear = '\u001b[H\u001b[2J\u001b[3J';

export function addWatchOption(command: Command): Command {
  const help = 'look again, every second or as often as it says (5s, 500ms), until Ctrl-C';
  return command.addOption(new Option('-w, --watch [time]', help));
}

/** Writes a result: once, or whenever it has changed until Ctrl-C; a terminal shows the newest alone. */
export async function writeWatched(
  { watch }: WatchOptions,
  io: CliIo,
  result: () => Promise<string>,
): Promise<void> {
  if (watch === undefined) {
    io.out(await result());
    return;
  }
  // A number alone is in milliseconds for `wash`.
  const time = watch !== true && /^\d+$/.test(watch) ? `${watch}ms` : watch;
  const everyMs = time === true ? defaultEveryMs : readDuration(time, '--watch');
  let shown: string | undefined;
  try {
    for (;;) {
      const text = await result();
      if (text !== shown) io.out(`${io.terminal?.out === true ? clear : ''}${text}`);
      shown = text;
      await delay(everyMs, undefined, { signal: io.signal });
    }
  } catch (error) {
    // Ctrl-C is how this ends well.
    if (!io.signal.aborted) throw error;
  }
}
