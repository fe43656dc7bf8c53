/** How long something waits that failed, or was undone, so many times in a row; in ms. Not all at the same moment. */
export function backOffMs(times: number, random: () => number = Math.random): number {
  const longest = Math.min(firstMs * 2 ** (times - 1), lastMs);
  return longest * (0.5 + random() / 2);
}

const firstMs = 1_000;
const lastMs = 60_000;
