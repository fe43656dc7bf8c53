/** Says what to do when config or secrets of a provider change: an annotation of its start command, or an entry of its config. */
export const onConfigChangeKey = 'wasmlattice.dev/on-config-change';

/**
 * - `tell`: the provider is told; one that takes new values when it starts goes on with those it has
 * - `replace`: another process is started with them, and takes its place when it serves
 * - `restart`: its process ends before another is started: for one that holds a port or a file that only one can have
 */
export type OnConfigChange = 'tell' | 'replace' | 'restart';

const choices: readonly OnConfigChange[] = ['tell', 'replace', 'restart'];

export class OnConfigChangeError extends Error {
  override readonly name = 'OnConfigChangeError';
}

type Values = Readonly<Record<string, string>>;

/**
 * The annotation wins over the config.
 *
 * @throws OnConfigChangeError
 */
export function onConfigChangeOf(annotations: Values, config: Values): OnConfigChange {
  const [place, value] =
    annotations[onConfigChangeKey] === undefined
      ? ['config entry', config[onConfigChangeKey]]
      : ['annotation', annotations[onConfigChangeKey]];
  const choice = value === undefined ? 'tell' : choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new OnConfigChangeError(
    `${place} ${onConfigChangeKey} must be ${choices.join(', ')}, and is ${JSON.stringify(value)}`,
  );
}
