import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { examine } from '../doctor/examine.js';
import type { Finding, FindingStatus } from '../doctor/finding.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, readGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

/** `setExitCode` takes {@link exitCodes.failure} when there is a problem. */
export function addDoctor(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  addGlobalOptions(program.command('doctor'))
    .description(
      'Look for what is wrong: server, login, permissions, data, clocks, limits; and say what mends it',
    )
    .action(async (_options: unknown, self: Command) => {
      const options = readGlobalOptions(self, io);
      const findings = await examine(options, io);
      const isWell = !findings.some(({ status }) => status === 'problem');
      if (options.output === 'json') io.out(jsonDocument({ ok: isWell, findings }));
      else io.out(renderFindings(findings));
      if (!isWell) setExitCode(exitCodes.failure);
    });
}

const marks: Readonly<Record<FindingStatus, string>> = {
  ok: 'ok      ',
  warning: 'warning ',
  problem: 'PROBLEM ',
  unknown: '?       ',
};

function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ title }) => title.length));
  const lines = findings.flatMap(({ status, title, detail, fix }) => [
    `${marks[status]} ${title.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`${' '.repeat(marks.ok.length + 1)}${' '.repeat(width)}  mend: ${fix}`]),
  ]);
  const count = (wanted: FindingStatus): number => findings.filter(({ status }) => status === wanted).length;
  const summary = `${counted(count('problem'), 'problem')}, ${counted(count('warning'), 'warning')}`;
  return `${[...lines, '', summary].join('\n')}\n`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
