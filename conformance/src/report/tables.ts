import { faults } from '../run/outcome.js';
import type { ScriptResult } from '../run/run-script.js';
import { byFolder, type Counts, countDirectives, sum } from './summary.js';
import { table } from './table.js';

/** Tables in Markdown: by folder, then what is unsupported and what failed. */
export function renderSuite(results: readonly ScriptResult[]): string {
  const all = countDirectives(results);
  const rows = [...byFolder(results)].map(([folder, those]) => rowOf(folder, countDirectives(those)));
  const folders = table(
    ['Folder', 'Directives', 'Passed', 'Unsupported', 'Failed', 'Passed, %'],
    [...rows, rowOf('**all**', all)],
  );
  return [folders, renderByText(all), renderUnsupported(all), renderFailed(all)]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** One line for each directive that did not pass. */
export function renderProblems(results: readonly ScriptResult[], withUnsupported: boolean): string {
  const lines = results.flatMap(({ file, directives, unreadable }) => {
    if (unreadable !== undefined) return [`${file}: ${unreadable}`];
    return directives.flatMap(({ line, outcome }) => {
      const place = `${file}:${line}`;
      if (outcome.verdict === 'failed') return [`${place}: ${outcome.fault}: ${oneLine(outcome.detail)}`];
      if (outcome.verdict === 'unsupported' && withUnsupported)
        return [`${place}: unsupported: ${outcome.feature}`];
      return [];
    });
  });
  return lines.join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function rowOf(folder: string, { total, passed, unsupported, failed }: Counts): readonly string[] {
  const percent = total === 0 ? '' : ((100 * passed) / total).toFixed(1);
  return [folder, `${total}`, `${passed}`, `${sum(unsupported)}`, `${sum(failed)}`, percent];
}

function renderByText({ passed, passedBy }: Counts): string {
  const { 'text parser': count } = passedBy;
  return count === 0 ? '' : `Of the ${passed} that passed, ${count} are refusals by the parser of the text.`;
}

function renderUnsupported({ unsupported }: Counts): string {
  if (unsupported.size === 0) return '';
  const rows = [...unsupported].sort(([, a], [, b]) => b - a);
  return table(
    ['Unsupported', 'Directives'],
    rows.map(([feature, count]) => [feature, `${count}`]),
  );
}

function renderFailed({ failed }: Counts): string {
  if (failed.size === 0) return '';
  const rows = faults.flatMap((fault) => {
    const count = failed.get(fault);
    return count === undefined ? [] : [[fault, `${count}`]];
  });
  return table(['Failed', 'Directives'], rows);
}
