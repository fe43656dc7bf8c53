import { expect, it } from 'vitest';
import { createFailureReports } from './failure-reports.js';

type Result = { readonly code: number; readonly error?: Error };

it('tells of a failing collector once, and again after it worked in between', () => {
  const results: Result[] = [{ code: 1, error: new Error('a') }, { code: 1 }, { code: 0 }, { code: 1 }];
  const reported: unknown[] = [];
  const seen: Result[] = [];
  const failures = createFailureReports((error) => reported.push(error));
  const exporter = failures.watch({
    export: (_items: string[], done: (result: Result) => void) => done(results.shift() ?? { code: 0 }),
  });
  const failing: boolean[] = [];
  for (let i = 0; i < 4; i++) {
    exporter.export([], (result) => seen.push(result));
    failing.push(failures.failing);
  }
  expect(failing).toEqual([true, true, false, true]);
  expect(reported.map(String)).toEqual(['Error: a', 'Error: the telemetry collector refused data']);
  expect(seen.map((result) => result.code)).toEqual([1, 1, 0, 1]);
});
