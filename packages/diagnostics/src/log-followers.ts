import type { ExportedLog, LogBatch } from '@wasmlattice/telemetry';
import { checkedLine, encodeLogLine, encodeLogLines, isWished, type LogWish } from './log-lines.js';

/** Who follows the log of a host, and what of it goes out to them. */
export interface LogFollowers {
  /**
   * Takes a wish, or its end.
   *
   * @returns why not; `undefined`: it is taken
   */
  add(wish: LogWish): string | undefined;
  /**
   * What to publish of a batch: nothing unless somebody wants a line of it.
   *
   * @param componentId the component that all of it is from, whatever it says
   */
  messagesOf(batch: LogBatch, componentId?: string): readonly Uint8Array[];
}

export interface LogFollowersOptions {
  readonly hostId: string;
  /** By default `performance.now`. */
  readonly now?: () => number;
  /** Most bytes of a message; any NATS server takes 1 MiB, and this is far less. Default 128 KiB. */
  readonly maxMessageBytes?: number;
  /** Most bytes that go out within a second. Default 2 MiB. */
  readonly maxBytesPerSecond?: number;
}

/** Who follows at a time: people and their dashboards, not machines. */
const maxFollowers = 32;

export function createLogFollowers(options: LogFollowersOptions): LogFollowers {
  const { hostId, now = () => performance.now() } = options;
  const { maxMessageBytes = 128 * 1_024, maxBytesPerSecond = 2 * 1_024 * 1_024 } = options;
  const followers = new Map<string, { readonly wish: LogWish; readonly until: number }>();
  let second = Number.NEGATIVE_INFINITY;
  let bytesOfSecond = 0;
  /** What is missing in what went out so far. */
  let dropped = 0;

  const forget = (): void => {
    const at = now();
    for (const [id, { until }] of followers) if (until <= at) followers.delete(id);
  };
  const hasRoom = (bytes: number): boolean => {
    const current = Math.floor(now() / 1_000);
    if (current !== second) {
      second = current;
      bytesOfSecond = 0;
    }
    if (bytesOfSecond + bytes > maxBytesPerSecond) return false;
    bytesOfSecond += bytes;
    return true;
  };

  return {
    add(wish) {
      forget();
      const { follower, forMs } = wish;
      if (forMs === 0) {
        followers.delete(follower);
        return undefined;
      }
      if (!followers.has(follower) && followers.size >= maxFollowers) {
        return `${maxFollowers} follow the log of this host already`;
      }
      followers.set(follower, { wish, until: now() + forMs });
      return undefined;
    },

    messagesOf(batch, componentId) {
      forget();
      if (followers.size === 0) return [];
      const wishes = [...followers.values()].map(({ wish }) => wish);
      dropped += batch.dropped;
      const messages: Uint8Array[] = [];
      let lines: ExportedLog[] = [];
      let bytes = 0;
      const finish = (): void => {
        if (lines.length === 0 && dropped === 0) return;
        messages.push(encodeLogLines({ hostId, lines, dropped }));
        lines = [];
        bytes = 0;
        dropped = 0;
      };
      for (const log of batch.logs) {
        const checked = checkedLine(log);
        if (checked === undefined) continue;
        const line =
          componentId === undefined
            ? checked
            : { ...checked, attributes: { ...checked.attributes, component: componentId } };
        if (!wishes.some((wish) => isWished(wish, line))) continue;
        const size = Buffer.byteLength(JSON.stringify(encodeLogLine(line)));
        if (size > maxMessageBytes || !hasRoom(size)) {
          dropped++;
          continue;
        }
        if (bytes + size > maxMessageBytes) finish();
        lines.push(line);
        bytes += size;
      }
      finish();
      return messages;
    },
  };
}
