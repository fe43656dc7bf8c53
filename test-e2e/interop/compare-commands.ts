import { difference, type Names } from './compare.js';
import type { Report } from './report.js';
import type { WashOutcome } from './wash.js';

/** A command line, and why the two sides may differ there. What they say is compared all the same, and told. */
export interface ComparedStep {
  readonly command: string;
  readonly differs?: string;
  /** Whether the exit codes may, too. */
  readonly exitDiffers?: boolean;
}

/** One of the two that get the same commands. */
export interface ComparedSide {
  run(command: string): Promise<WashOutcome>;
  readonly names: Names;
}

/** Gives the same commands to both sides, one after the other, and reports where output or exit codes differ. */
export async function compareCommands(
  { report, area }: { readonly report: Report; readonly area: string },
  { theirs, ours }: { readonly theirs: ComparedSide; readonly ours: ComparedSide },
  steps: readonly ComparedStep[],
): Promise<void> {
  for (const { command, differs, exitDiffers = false } of steps) {
    const outcomes = await Promise.all([theirs.run(command), ours.run(command)]);
    const found = difference(
      { outcome: outcomes[0], names: theirs.names },
      { outcome: outcomes[1], names: ours.names },
    );
    const mayEndSo = exitDiffers || outcomes[0].exit === outcomes[1].exit;
    if (found === undefined) report.add({ area, name: command, outcome: 'ok' });
    else if (differs !== undefined && mayEndSo) {
      report.add({ area, name: command, outcome: 'differs', reason: `${differs}\n${found}` });
    } else report.add({ area, name: command, outcome: 'failed', reason: found });
  }
}

/** The words of a command line, with values where it has names in braces. */
export function wordsOf(command: string, values: Readonly<Record<string, string>>): readonly string[] {
  return command
    .split(' ')
    .map((word) => word.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ''));
}
