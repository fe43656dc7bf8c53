import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  type Capture,
  CaptureFormatError,
  invocationText,
  parseCapture,
  replayCapture,
  summaryText,
} from '@wasmlattice/capture';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { readGlobalOptions, usageError } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';
import { pullArtifact } from '../pull-artifact.js';
import { readNamedFile } from '../read-file.js';
import { addRegistryOptions, type RegistryOptions } from '../registry-options.js';

interface ReplayFlags extends RegistryOptions {
  readonly component?: string;
}

/** `setExitCode` takes {@link exitCodes.failure} for code that does something else. */
export function addReplay(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = addOutputOption(program.command('replay'))
    .description('Run recorded invocations on a component, without a lattice, and show what is different')
    .argument('<file>', 'what `wasmlattice capture` wrote')
    .option(
      '--component <file>',
      'the component to run (default: the one that was recorded, where it came from)',
    );
  addRegistryOptions(command).action(async (file: string, flags: ReplayFlags, self: Command) => {
    const { output } = readGlobalOptions(self, io);
    const capture = await readCapture(io, file);
    const component = await componentOf(capture, flags, io);
    const total = capture.invocations.length;
    const report = await replayCapture({
      capture,
      component,
      signal: io.signal,
      onInvocation(replayed) {
        if (output === 'text' && replayed.status !== 'same') io.out(`${invocationText(replayed, total)}\n`);
      },
    });
    io.out(output === 'json' ? jsonDocument(report) : `${summaryText(report)}\n`);
    if (report.different > 0) setExitCode(exitCodes.failure);
    else if (report.same === 0) {
      throw new CliError(
        `nothing in \`${file}\` could be replayed`,
        'record it again with `wasmlattice capture`',
      );
    }
  });
}

async function readCapture(io: CliIo, file: string): Promise<Capture> {
  const bytes = await readNamedFile(io, file);
  try {
    return parseCapture(Buffer.from(bytes).toString(), file);
  } catch (error) {
    if (!(error instanceof CaptureFormatError)) throw error;
    throw usageError(error.message, 'give a file that `wasmlattice capture` wrote');
  }
}

async function componentOf({ header }: Capture, flags: ReplayFlags, io: CliIo): Promise<Uint8Array> {
  if (flags.component !== undefined) return await readNamedFile(io, flags.component);
  const { image, sha256 } = header;
  if (image === undefined) {
    throw usageError('the file does not say where its component came from', 'name one with --component');
  }
  let bytes: Uint8Array;
  try {
    const path = image.startsWith('file://')
      ? fileURLToPath(image)
      : (await pullArtifact(image, flags, io)).path;
    bytes = await readNamedFile(io, path);
  } catch (cause) {
    throw new CliError(
      `the component that was recorded is ${image}, which can't be read here: ${cause instanceof Error ? cause.message : String(cause)}`,
      'name a component with --component',
      { cause },
    );
  }
  if (sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== sha256) {
    io.err(`note: ${image} is not what it was when it was recorded: this is its new code\n`);
  }
  return bytes;
}
