/**
 * What of the host a component shares with others: its threads (`shared`), its process but no thread (`thread`), or only the
 * machine (`process`).
 */
export type IsolationTier = (typeof isolationTiers)[number];

export const isolationTiers = ['shared', 'thread', 'process'] as const;

/** No tier has this name. */
export class IsolationTierError extends Error {
  override readonly name = 'IsolationTierError';
}

/**
 * @param source where the text was given; begins the message of the error
 * @throws IsolationTierError
 */
export function parseIsolationTier(text: string, source: string): IsolationTier {
  const tier = isolationTiers.find((name) => name === text);
  if (tier === undefined) {
    throw new IsolationTierError(
      `${source} is ${JSON.stringify(text)}: it must be one of ${isolationTiers.join(', ')}`,
    );
  }
  return tier;
}
