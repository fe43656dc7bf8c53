import { expect, it } from 'vitest';
import { reportFailures } from './report-failures.js';

type Result = { readonly code: number; readonly error?: Error };

it('tells of a failing collector once, and again after it worked in between', () => {
  const results: Result[] = [{ code: 1, error: new Error('a') }, { code: 1 }, { code: 0 }, { code: 1 }];
  const reported: unknown[] = [];
  const seen: Result[] = [];
  const exporter = reportFailures(
    { export: (_items: string[], done: (result: Result) => void) => done(results.shift() ?? { code: 0 }) },
    (error) => reported.push(error),
  );
  for (let i = 0; i < 4; i++) exporter.export([], (result) => seen.push(result));
  expect(reported.map(String)).toEqual(['Error: a', 'Error: the telemetry collector refused data']);
  expect(seen.map((result) => result.code)).toEqual([1, 1, 0, 1]);
});
