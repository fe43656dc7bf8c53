import type { ConfigKey, ConfigSchema } from './config-schema.js';

/** The rows of a provider's README: keys with the same words share one. Cells are Markdown. */
export function readmeRows({ keys }: ConfigSchema): readonly (readonly [string, string, string])[] {
  const rows: { readonly names: string[]; readonly key: ConfigKey }[] = [];
  for (const key of keys.filter(({ description }) => description !== undefined)) {
    const same = rows.find(
      (row) => row.key.description === key.description && row.key.defaultText === key.defaultText,
    );
    if (same === undefined) rows.push({ names: [key.name], key });
    else same.names.push(key.name);
  }
  return rows.map(({ names, key }) => [
    names.map((name) => `\`${name}\``).join(', '),
    key.defaultText ?? '',
    key.description ?? '',
  ]);
}

/** The rows of the table under `## Configuration` in a README. */
export function rowsInReadme(readme: string): readonly (readonly string[])[] {
  const section = readme.split('## Configuration\n')[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
