import { randomBytes } from 'node:crypto';

const randomBits = 80n;
const maxRandom = 2n ** randomBits - 1n;

/** Where ids get their time and chance from; given by tests. */
export interface EventIdSource {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ten random bytes. */
  random(): Uint8Array;
}

const systemSource: EventIdSource = {
  now: () => Date.now(),
  random: () => randomBytes(Number(randomBits) / 8),
};

/**
 * Makes event ids: ULIDs written as UUIDs, each greater than the one before (docs/spec/events.md#2).
 *
 * Within a millisecond, and when the clock steps back, the random part of the last id is counted up; a new
 * millisecond draws a new one.
 */
export function createEventIds(source: EventIdSource = systemSource): () => string {
  let time = -1;
  let random = 0n;
  return () => {
    const now = source.now();
    if (now > time) {
      time = now;
      random = toBigInt(source.random());
    } else if (random < maxRandom) {
      random += 1n;
    } else {
      time += 1;
      random = toBigInt(source.random());
    }
    return toUuid((BigInt(time) << randomBits) | random);
  };
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function toUuid(bits: bigint): string {
  const hex = bits.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
