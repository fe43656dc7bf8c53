/**
 * Runs at most so many tasks at a time, the others in the order in which they came. What a thousand tasks do between two looks at
 * the network takes a thousand times as long; so many at a time leave room for answers.
 */
export function createTaskLimit(atOnce: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
