/** The name that comes closest to a mistaken one, `undefined` when none is close. */
export function closestName(name: string, names: Iterable<string>): string | undefined {
  // Names come from components and may be long.
  if (name.length > 100) return undefined;
  let closest: string | undefined;
  // Of a method most of the name is its resource, where mistakes are rare.
  let least = Math.floor((name.length - name.lastIndexOf('.') - 1) / 3) + 1;
  for (const candidate of names) {
    const distance = editDistance(name, candidate);
    if (distance >= least) continue;
    least = distance;
    closest = candidate;
  }
  return closest;
}

/** How many characters to insert, leave out or replace (Levenshtein). */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 0; i < one.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const replaced = (above[j] as number) + (one[i] === other[j] ? 0 : 1);
      row.push(Math.min(replaced, (above[j + 1] as number) + 1, (row[j] as number) + 1));
    }
    above = row;
  }
  return above[other.length] as number;
}
