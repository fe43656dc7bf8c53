import { basename } from 'node:path';
import { inspectComponent } from '@wasmlattice/wasm-runtime/engines';
import { type Command, Option } from 'commander';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, readGlobalOptions } from '../global-options.js';
import { inspectionText } from '../output/inspection-text.js';
import { jsonDocument } from '../output/json.js';
import { readNamedFile } from '../read-file.js';

/** `setExitCode` takes {@link exitCodes.failure} for a component that would not run. */
export function addInspect(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  addGlobalOptions(program.command('inspect'))
    .description('Show what a component imports, exports and uses, and whether it would run here')
    .argument('<file>', 'a component, as a .wasm binary')
    .addOption(new Option('--json', 'the same as --output json'))
    .action(async (file: string, { json }: { readonly json?: boolean }, command: Command) => {
      const { output } = readGlobalOptions(command, io);
      const inspection = await inspectComponent(await readNamedFile(io, file), {
        component: basename(file),
      });
      io.out(
        json === true || output === 'json' ? jsonDocument(inspection) : inspectionText(file, inspection),
      );
      if (inspection.engine === undefined) setExitCode(exitCodes.failure);
    });
}
