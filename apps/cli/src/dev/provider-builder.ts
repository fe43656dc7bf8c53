import { mkdir, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Builder, BuildOutcome } from './builder.js';
import type { ProviderProject } from './project.js';
import { runShell } from './run-shell.js';

export interface ProviderBuilderOptions {
  readonly project: Pick<ProviderProject, 'artifact' | 'command' | 'folder'>;
  /** Where names of the provider go. */
  readonly outDir: string;
  readonly signal: AbortSignal;
}

/**
 * Does what the build script of a provider does, and gives the provider another name each time: a host replaces a provider without a gap when its image is
 * another one. The name is a link to the file, so that what runs is the sources in their own folder.
 */
export class ProviderBuilder implements Builder {
  readonly #options: ProviderBuilderOptions;
  #number = 0;

  constructor(options: ProviderBuilderOptions) {
    this.#options = options;
  }

  async build(): Promise<BuildOutcome> {
    const { outDir, project, signal } = this.#options;
    const { artifact, command, folder } = project;
    if (command !== undefined) {
      const { code, output } = await runShell(command, { folder, signal });
      if (code !== 0) {
        const message = `\`${command}\` ended with exit code ${code}\n${output.trim()}`;
        return { kind: 'failed', message, map: undefined };
      }
    }
    this.#number++;
    const path = join(outDir, String(this.#number), basename(artifact));
    await mkdir(dirname(path), { recursive: true });
    await symlink(artifact, path);
    return { kind: 'built', path, map: undefined, world: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
