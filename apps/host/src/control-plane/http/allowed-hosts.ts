import { isAllowEntry, type NamedList } from '@wasmlattice/http-client';

/**
 * Says where the HTTP requests of a component may go without a link, if that is less than where its host lets those of all go: an
 * annotation of its scale command or an entry of its config, with commas; `none` is nowhere.
 */
export const allowedHostsKey = 'wasmlattice.dev/http-client-allow';

/** A list of hosts that can't be read; the message names the place and the entry. */
export class AllowedHostsError extends Error {
  override readonly name = 'AllowedHostsError';
}

/**
 * The annotation wins over the config; `undefined` where neither says anything.
 *
 * @throws AllowedHostsError
 */
export function allowedHostsOf(
  annotations: Readonly<Record<string, string>>,
  config: ReadonlyMap<string, string>,
): NamedList | undefined {
  const annotation = annotations[allowedHostsKey];
  if (annotation !== undefined) return parse(annotation, `annotation ${allowedHostsKey}`);
  const entry = config.get(allowedHostsKey);
  return entry === undefined ? undefined : parse(entry, `config entry ${allowedHostsKey}`);
}

export function sameAllowedHosts(a: NamedList | undefined, b: NamedList | undefined): boolean {
  return a?.source === b?.source && a?.entries.join() === b?.entries.join();
}

function parse(text: string, source: string): NamedList {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && entry !== 'none');
  const wrong = entries.find((entry) => !isAllowEntry(entry));
  if (wrong === undefined) return { entries, source: `${source} of the component` };
  throw new AllowedHostsError(
    `${source} holds ${JSON.stringify(wrong)}: expected \`*\`, \`none\`, host names, addresses or networks, each with or without \`:port\`, with commas between them`,
  );
}
