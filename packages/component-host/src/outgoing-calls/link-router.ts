import type { CallHeaders, Invoker } from '@wasmlattice/rpc';
import type { LinkInvoker } from '@wasmlattice/wasm-runtime/host-functions';
import type { LinkRow } from '../component-record.js';
import { besideHeaders, holderHeaders } from '../kept-instances/index.js';

const defaultLinkName = 'default';

/** What guests call to send requests into a network. */
export const httpClientKey = 'wasi:http/outgoing-handler';

/** What calls without a link are told to go to, in spans and measurements. */
const unlinkedTarget = 'http-client';

/** A guest called an interface no link of its component leads to. */
export class LinkNotFoundError extends Error {
  override readonly name = 'LinkNotFoundError';

  constructor(componentId: string, linkName: string, instance: string) {
    const [path = '', iface = ''] = instance.split('/');
    const [namespace = '', pkg = ''] = path.split(':');
    super(
      `link '${linkName}' not found for instance '${instance}' of component '${componentId}': put a link with source_id '${componentId}', wit_namespace '${namespace}', wit_package '${pkg}' and interface '${iface}'${instance === httpClientKey ? ', or let the requests of components go into a network by --http-client-allow of the host' : ''}`,
    );
  }
}

/** Routes outgoing calls of one component by its links; transport is the invoker it wraps. */
export interface LinkRouter {
  /** Replaces the table; calls in flight keep their target. */
  setLinks(rows: readonly LinkRow[]): void;
  /** The link invoker of one invocation. Trace headers are those of the call that caused it. */
  forInvocation(options?: { readonly trace?: CallHeaders; readonly signal?: AbortSignal }): LinkInvoker;
}

export function createLinkRouter(options: {
  readonly componentId: string;
  /** The member of the component's group that calls come from, for those that give its guests resources. */
  readonly member?: string | undefined;
  readonly invoker: Invoker;
  readonly links: readonly LinkRow[];
  /** Takes HTTP requests for which no link is there. */
  readonly httpClient?: Invoker | undefined;
  /** Told of each call that no link is there for, before the guest is. */
  readonly onUnlinked?: ((linkKey: string, error: LinkNotFoundError) => void) | undefined;
}): LinkRouter {
  const { componentId, member, invoker, httpClient, onUnlinked } = options;
  let targets = indexRows(options.links);
  const withoutLink = (linkKey: string, linkName: string): Invoker | undefined =>
    linkKey === httpClientKey && linkName === defaultLinkName ? httpClient : undefined;
  return {
    setLinks(rows) {
      targets = indexRows(rows);
    },
    forInvocation({ trace, signal } = {}) {
      // Made when a guest first chooses a link: most never do.
      let chosen: Map<string, string> | undefined;
      const nameOf = (linkKey: string, asked?: string): string =>
        asked ?? chosen?.get(linkKey) ?? defaultLinkName;
      return {
        async invoke(linkKey, { beside, givesResources, ...call }, asked) {
          const linkName = nameOf(linkKey, asked);
          const target = targets.get(linkName)?.get(linkKey);
          const transport = target === undefined ? withoutLink(linkKey, linkName) : invoker;
          if (transport === undefined) {
            const error = new LinkNotFoundError(componentId, linkName, linkKey);
            onUnlinked?.(linkKey, error);
            throw error;
          }
          return await transport.invoke({
            ...call,
            target: target ?? unlinkedTarget,
            headers: {
              ...trace,
              'source-id': componentId,
              'link-name': linkName,
              ...besideHeaders(beside),
              ...(givesResources === true && holderHeaders(member)),
            },
            ...(call.signal === undefined && signal !== undefined ? { signal } : {}),
          });
        },
        setLinkName(name, linkKeys) {
          if (name === defaultLinkName) {
            for (const linkKey of linkKeys) chosen?.delete(linkKey);
            return undefined;
          }
          const named = targets.get(name);
          const unlinked = linkKeys.find((linkKey) => !named?.has(linkKey));
          if (unlinked !== undefined) return unlinked;
          chosen ??= new Map();
          for (const linkKey of linkKeys) chosen.set(linkKey, name);
          return undefined;
        },
        linkNameOf: (linkKey) => nameOf(linkKey),
        targetOf: (linkKey, asked) => targets.get(nameOf(linkKey, asked))?.get(linkKey),
      };
    },
  };
}

/**
 * Link name → instance → target; a later row wins, as upstream's table does (docs/spec/lattice-data.md#5.1).
 */
function indexRows(rows: readonly LinkRow[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const table = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const byInstance = table.get(row.linkName) ?? new Map<string, string>();
    byInstance.set(row.instance, row.target);
    table.set(row.linkName, byInstance);
  }
  return table;
}
