import type { ControlClient } from '@wasmlattice/control-interface';
import { CliError } from '../cli-error.js';

/**
 * Deletes a named config. Hosts confirm that of one that there never was, too, as wasmCloud does; a name that is mistyped is told here.
 *
 * @param what it is called: `config`, with its name
 * @returns what the host answers
 * @throws CliError when there is none of that name
 */
export async function deleteConfig(
  client: ControlClient,
  key: string,
  { what, check, signal }: { readonly what: string; readonly check: string; readonly signal: AbortSignal },
): Promise<string> {
  if ((await client.getConfig(key, { signal })) === undefined) {
    throw new CliError(`there is no ${what} in lattice \`${client.lattice}\``, check);
  }
  return await client.deleteConfig(key, { signal });
}
