import type { Manifest } from '@wasmlattice/applications';
import type { ControlClient } from '@wasmlattice/control-interface';
import type { CliIo } from '../cli-io.js';

/**
 * Warns of configs that a manifest takes to be there and that nobody has put: what needs them does not start before somebody does. Silent
 * where no host tells.
 */
export async function warnOfAbsentConfigs(
  manifest: Manifest,
  client: ControlClient,
  io: CliIo,
): Promise<void> {
  const asked = [...namedConfigs(manifest)].map(async (name) => {
    const isThere = await client.getConfig(name, { signal: io.signal }).then(
      (config) => config !== undefined,
      () => true,
    );
    return { name, isThere };
  });
  for (const { isThere, name } of await Promise.all(asked)) {
    if (isThere) continue;
    io.err(
      `warning: the manifest names the config \`${name}\`, which is not there: put it with \`wasmlattice config put ${name} key=value\`\n`,
    );
  }
}

function namedConfigs({ components }: Manifest): ReadonlySet<string> {
  const entries = components.flatMap(({ config, links }) => [
    ...config,
    ...links.flatMap(({ sourceConfig, targetConfig }) => [...sourceConfig, ...targetConfig]),
  ]);
  return new Set(
    entries
      .filter(({ properties, isSecret }) => properties === undefined && isSecret !== true)
      .map(({ name }) => name),
  );
}
