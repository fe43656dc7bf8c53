import { hash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join, parse, relative } from 'node:path';
import type { Builder, BuildOutcome } from './builder.js';
import type { CommandProject } from './project.js';
import { runShell } from './run-shell.js';

export interface CommandBuilderOptions {
  readonly project: Pick<CommandProject, 'command' | 'artifact' | 'folder'>;
  /** Where components go. */
  readonly outDir: string;
  readonly signal: AbortSignal;
}

/** Builds with a command of the user, and takes what it leaves. */
export class CommandBuilder implements Builder {
  readonly #options: CommandBuilderOptions;
  #paths: readonly string[] = [];

  constructor(options: CommandBuilderOptions) {
    this.#options = options;
  }

  async build(): Promise<BuildOutcome> {
    const { outDir, project, signal } = this.#options;
    const { artifact, command, folder } = project;
    const { code, output } = await runShell(command, { folder, signal });
    if (code !== 0) return failed(`\`${command}\` ended with exit code ${code}\n${output.trim()}`);
    const bytes = await readFile(artifact).catch(() => undefined);
    if (bytes === undefined) {
      return failed(
        `\`${command}\` did not make ${relative(folder, artifact)}: correct --artifact, or the command`,
      );
    }
    const path = join(outDir, `${parse(artifact).name}-${hash('sha256', bytes).slice(0, 12)}.wasm`);
    await mkdir(outDir, { recursive: true });
    await copyFile(artifact, path);
    const paths = [...this.#paths.filter((each) => each !== path), path];
    await Promise.all(paths.slice(0, -2).map((each) => rm(each, { force: true })));
    this.#paths = paths.slice(-2);
    return { kind: 'built', path, map: undefined, world: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function failed(message: string): BuildOutcome {
  return { kind: 'failed', message, map: undefined };
}
