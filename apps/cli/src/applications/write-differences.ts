import { describeDifference, differencesOf, type Manifest } from '@wasmlattice/applications';
import type { LatticeCommand } from '../command.js';
import { jsonLine } from '../output/json.js';

/** Tells what changes from one manifest to the other, a line each; nothing when nothing does. */
export function writeDifferences(
  before: Manifest | undefined,
  after: Manifest | undefined,
  { io, options }: Pick<LatticeCommand, 'io' | 'options'>,
): void {
  for (const difference of differencesOf(before, after)) {
    io.out(
      options.output === 'json'
        ? jsonLine({ kind: 'difference', ...difference })
        : `${describeDifference(difference)}\n`,
    );
  }
}
