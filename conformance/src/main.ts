import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  componentModelVariable,
  type Options,
  readOptions,
  UsageError,
  wasmtimeVariable,
} from './options.js';
import { withTables } from './report/document.js';
import { countDirectives, sum } from './report/summary.js';
import { renderProblems, renderSuite } from './report/tables.js';
import type { ScriptResult } from './run/run-script.js';
import { listScripts, runSuite, type Suite } from './run/run-suite.js';

const document = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));

/** Longest that a call may wait, and that a directive may compute, in milliseconds. */
const patienceMs = 5_000;
const holdMs = 30_000;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  const sections: string[] = [];
  let failures = 0;
  for (const suite of options.suites) {
    const results = await run(suite, options);
    failures += sum(countDirectives(results).failed);
    const problems = renderProblems(results, options.isVerbose);
    if (problems !== '') process.stdout.write(`${problems}\n`);
    const section = `## ${suite.name}\n\n${renderSuite(results)}`;
    process.stdout.write(`\n${section}\n\n`);
    sections.push(section);
  }
  if (options.writes) await write(options, sections);
  return failures === 0 ? 0 : 1;
}

async function run(suite: Suite, { engine, jobs, patterns }: Options): Promise<readonly ScriptResult[]> {
  const files = (await listScripts(suite)).filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)),
  );
  if (files.length === 0 && patterns.length === 0) {
    throw new UsageError(`${suite.folder} holds no scripts of ${suite.name}: check the variable`);
  }
  return runSuite(suite, files, {
    engine,
    jobs,
    patienceMs,
    holdMs,
    onScript: ({ file, directives }) => {
      const failed = directives.filter(({ outcome }) => outcome.verdict === 'failed').length;
      process.stderr.write(`  ${file}: ${directives.length} directives, ${failed} failed\n`);
    },
  });
}

async function write({ engine, suites }: Options, sections: readonly string[]): Promise<void> {
  if (engine !== 'direct' || suites.length < 2) {
    throw new UsageError(
      `--write is for engine direct and both suites: set ${componentModelVariable} and ${wasmtimeVariable}`,
    );
  }
  await writeFile(document, withTables(await readFile(document, 'utf8'), sections.join('\n\n')));
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`conformance: ${error.message}\n`);
  process.exitCode = 2;
}
