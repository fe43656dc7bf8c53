/** Longest that something of a lattice may take, in ms. */
const patienceMs = 90_000;

/** Tries until it succeeds; after that time throws what it threw last. */
export async function eventually<T>(action: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}
