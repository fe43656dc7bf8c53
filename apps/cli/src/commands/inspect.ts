import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { isProviderArchive, readProviderArchive } from '@wasmlattice/artifacts';
import { readComponentToken } from '@wasmlattice/identity';
import { inspectComponent } from '@wasmlattice/wasm-runtime/engines';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, readGlobalOptions } from '../global-options.js';
import { alsoTakes } from '../option-forms.js';
import { inspectionText } from '../output/inspection-text.js';
import { jsonDocument } from '../output/json.js';
import { componentReport, providerReport, reportText } from '../output/token-text.js';
import { pullArtifact } from '../pull-artifact.js';
import { readNamedFile } from '../read-file.js';
import { addRegistryOptions, type RegistryOptions, readReference } from '../registry-options.js';

interface InspectOptions extends RegistryOptions {
  readonly json?: boolean;
  readonly jwtOnly?: boolean;
  readonly digest?: string;
}

/** `setExitCode` takes {@link exitCodes.failure} for a component that would not run, and for a token that does not count. */
export function addInspect(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = addGlobalOptions(addRegistryOptions(program.command('inspect')))
    .description(
      'Show what a component imports, exports and uses, who signed it, and whether it would run here',
    )
    .argument('<target>', 'a component or a provider archive: a file, or REGISTRY/NAME:TAG')
    .option('--jwt-only', 'print the token alone')
    .option('-d, --digest <digest>', 'digest that the manifest in the registry must have')
    .addOption(new Option('--json', 'the same as --output json'));
  alsoTakes(command, '--no-cache').action(async (target: string, options: InspectOptions, self: Command) => {
    const isJson = options.json === true || readGlobalOptions(self, io).output === 'json';
    const path = await pathOf(target, options, io);
    const bytes = await readNamedFile(io, path);
    const isArchive = await isProviderArchive(resolve(io.cwd, path));
    if (options.jwtOnly === true) {
      const token = isArchive ? (await readProviderArchive([bytes])).token : await readComponentToken(bytes);
      if (token === undefined) {
        throw new CliError(`nobody signed \`${target}\``, 'sign it with `wasmlattice claims sign`');
      }
      io.out(isJson ? jsonDocument({ success: true, token: token.text }) : `${token.text}\n`);
      return;
    }
    const isFine = isArchive
      ? await inspectArchive(io, bytes, isJson)
      : await inspectFile(io, target, bytes, isJson);
    if (!isFine) setExitCode(exitCodes.failure);
  });
}

/** A file of that name comes first. */
async function pathOf(target: string, options: InspectOptions, io: CliIo): Promise<string> {
  const isFile = await stat(resolve(io.cwd, target)).then(
    () => true,
    () => false,
  );
  const looksLikeReference = /^(oci:\/\/)?[^./][^\s]*\/[^\s]+[:@][^/\s]+$/.test(target);
  if (isFile || (!looksLikeReference && options.registry === undefined)) return target;
  return (await pullArtifact(readReference(target, options, io, 'Pulling'), options, io)).path;
}

async function inspectArchive(io: CliIo, bytes: Uint8Array, isJson: boolean): Promise<boolean> {
  const { token, programs } = await readProviderArchive([bytes]);
  const report = providerReport(token, [...programs.keys()].sort(), Date.now());
  io.out(isJson ? jsonDocument({ success: true, ...report.fields }) : reportText(report));
  return report.problem === undefined;
}

async function inspectFile(io: CliIo, target: string, bytes: Uint8Array, isJson: boolean): Promise<boolean> {
  const inspection = await inspectComponent(bytes, { component: basename(target) });
  const token = inspection.valid === true ? await readComponentToken(bytes) : undefined;
  const report = token === undefined ? undefined : componentReport(token, Date.now());
  io.out(
    isJson
      ? jsonDocument({ ...inspection, ...(report !== undefined && { claims: report.fields }) })
      : inspectionText(target, inspection),
  );
  if (!isJson && report !== undefined) io.out(`\nSigned\n${reportText(report)}`);
  return inspection.engine !== undefined;
}
