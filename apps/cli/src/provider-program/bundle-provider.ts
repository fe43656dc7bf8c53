import { basename, dirname } from 'node:path';
import { CliError } from '../cli-error.js';

/**
 * One ES module of a provider's entry and all that it imports, types erased; only modules of Node.js itself stay imports.
 *
 * @throws CliError for what can't be bundled
 */
export async function bundleProvider(entry: string): Promise<string> {
  // Loaded here: no other command needs it, and its native code takes a while to load.
  const { rolldown } = await import('rolldown');
  const missing: string[] = [];
  try {
    await using build = await rolldown({
      input: entry,
      cwd: dirname(entry),
      platform: 'node',
      onLog(_level, log) {
        if (log.code === 'UNRESOLVED_IMPORT') missing.push(log.message);
      },
    });
    const { output } = await build.generate({ format: 'esm', codeSplitting: false });
    if (missing.length === 0) return withoutShebang(output[0].code);
  } catch (cause) {
    throw notBundled(entry, cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw notBundled(entry, missing.join('\n'));
}

/** A single executable is given a module and no script: its line `#!` would be an error. */
function withoutShebang(code: string): string {
  return code.replace(/^#!.*\n/, '');
}

function notBundled(entry: string, reason: string, cause?: unknown): CliError {
  return new CliError(
    `\`${basename(entry)}\` can't be made one file: ${reason.trim()}`,
    'install what it imports; native addons (.node) have no place in a single file',
    { cause },
  );
}
