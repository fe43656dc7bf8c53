/** A host that may run instances. */
export interface Place {
  readonly hostId: string;
  /** Instances that run there, whatever their version. */
  readonly count: number;
  /** Whether it may take over what runs elsewhere. */
  readonly isSettled: boolean;
  /** Whether something failed there lately. */
  readonly isAvoided: boolean;
  /** Order among equals, see `preferenceOf`; higher goes first. */
  readonly preference: number;
}

/**
 * Divides instances among hosts, as equally as possible, and moves as few as that takes: what is missing goes to where the fewest are,
 * what is too much leaves where the most are, and only a difference of two or more moves between hosts, towards such that are settled
 * or run some already. A single instance therefore stays where it is. Asked again with what it answered, it answers the same.
 *
 * @returns the instances of each place; their sum is `size` if there is a place at all
 */
export function distribute(size: number, places: readonly Place[]): Map<string, number> {
  const counts = new Map(places.map(({ count, hostId }) => [hostId, count]));
  if (places.length === 0) return counts;
  const running = places.reduce((sum, { count }) => sum + count, 0);
  if (running < size) fill(size - running, places, counts);
  else if (running > size) drain(running - size, places, counts);
  level(places, counts);
  return counts;
}

const countOf = (counts: ReadonlyMap<string, number>, { hostId }: Place): number => counts.get(hostId) ?? 0;

const byPreference = (a: Place, b: Place): number =>
  b.preference - a.preference || (a.hostId < b.hostId ? -1 : 1);

/** Adds where the fewest are; where something failed only if there is nowhere else. */
function fill(amount: number, places: readonly Place[], counts: Map<string, number>): void {
  const good = places.filter(({ isAvoided }) => !isAvoided);
  const order = [...(good.length > 0 ? good : places)].sort(
    (a, b) => countOf(counts, a) - countOf(counts, b) || byPreference(a, b),
  );
  let left = amount;
  for (let filled = 1; left > 0; filled++) {
    const lowest = order.slice(0, filled);
    const next = order[filled];
    const floor = countOf(counts, lowest[0] as Place);
    const room = next === undefined ? left : (countOf(counts, next) - floor) * filled;
    const added = Math.min(left, room);
    for (const [index, place] of lowest.entries()) {
      counts.set(place.hostId, floor + share(added, filled, index));
    }
    left -= added;
  }
}

/** Takes away where the most are; first from those that have just come back. */
function drain(amount: number, places: readonly Place[], counts: Map<string, number>): void {
  const order = [...places].sort(
    (a, b) =>
      countOf(counts, b) - countOf(counts, a) ||
      Number(a.isSettled) - Number(b.isSettled) ||
      byPreference(b, a),
  );
  let left = amount;
  for (let drained = 1; left > 0; drained++) {
    const highest = order.slice(0, drained);
    const next = order[drained];
    const top = countOf(counts, highest[0] as Place);
    const room = (top - (next === undefined ? 0 : countOf(counts, next))) * drained;
    const taken = Math.min(left, room);
    for (const [index, place] of highest.entries()) {
      counts.set(place.hostId, top - share(taken, drained, index));
    }
    left -= taken;
  }
}

/** What the one with this index gets of an amount; the first ones get what is left over. */
function share(amount: number, of: number, index: number): number {
  return Math.floor(amount / of) + (index < amount % of ? 1 : 0);
}

/** Evens out differences of two or more. */
function level(places: readonly Place[], counts: Map<string, number>): void {
  const takers = places.filter(
    (place) => countOf(counts, place) > 0 || (place.isSettled && !place.isAvoided),
  );
  const values = takers.map((place) => countOf(counts, place));
  if (values.length === 0 || Math.max(...values) - Math.min(...values) < 2) return;
  const sum = values.reduce((total, value) => total + value, 0);
  const order = [...takers].sort((a, b) => countOf(counts, b) - countOf(counts, a) || byPreference(a, b));
  for (const [index, { hostId }] of order.entries()) counts.set(hostId, share(sum, order.length, index));
}
