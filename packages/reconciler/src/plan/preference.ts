/**
 * How much a component or provider belongs on a host: the same for everybody who asks, and different from component to component, so that
 * they spread over the hosts. Higher goes first. (FNV-1a, and the end of MurmurHash 3 to mix its bits.)
 */
export function preferenceOf(id: string, hostId: string): number {
  let mixed = 0x811c9dc5;
  for (const text of [id, ' ', hostId]) {
    for (let index = 0; index < text.length; index++) {
      mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
    }
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
