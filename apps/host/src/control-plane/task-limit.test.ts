import { expect, it } from 'vitest';
import { createTaskLimit } from './task-limit.js';

it('runs so many tasks at a time, in the order in which they came, whatever becomes of each', async () => {
  const limit = createTaskLimit(2);
  const log: string[] = [];
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<string>());
  const all = gates.map((gate, index) =>
    limit(async () => {
      log.push(`begin ${index}`);
      return await gate.promise;
    }),
  );
  expect(log).toEqual(['begin 0', 'begin 1']);
  gates[1]?.reject(new Error('failed'));
  await expect(all[1]).rejects.toThrow('failed');
  expect(log.at(-1)).toBe('begin 2');
  for (const [index, gate] of gates.entries()) gate.resolve(`result ${index}`);
  expect(await Promise.allSettled(all)).toMatchObject([
    { value: 'result 0' },
    { status: 'rejected' },
    { value: 'result 2' },
    { value: 'result 3' },
  ]);
});
