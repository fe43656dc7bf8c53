/** A start is over by then, and a first call most likely too. */
const afterMs = 1_000;

/**
 * Has V8 give back what only the start needed, once, a moment later: modules leave 10 MB of garbage that an idle process would keep.
 * Hosts start Node.js with `--expose-gc` for it; without that nothing happens.
 */
export function giveBackMemory(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  setTimeout(() => void gc({ type: 'major', execution: 'async', flavor: 'last-resort' }), afterMs).unref();
}
