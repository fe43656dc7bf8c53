/** First tokens of wadm's API. */
export const defaultApiPrefix = 'wadm.api';

/** What can be asked about applications (docs/spec/wadm.md#1); `canary`, `promote` and `rollback` are ours. */
export type ApiOperation =
  | 'put'
  | 'list'
  | 'get'
  | 'versions'
  | 'status'
  | 'history'
  | 'del'
  | 'deploy'
  | 'canary'
  | 'promote'
  | 'rollback'
  | 'undeploy';

/** `wadm.api.{lattice}.model.{operation}[.{name}]` */
export function apiSubject(
  { lattice, prefix = defaultApiPrefix }: ApiScope,
  operation: ApiOperation,
  name?: string,
): string {
  return [prefix, lattice, 'model', operation, ...(name === undefined ? [] : [name])].join('.');
}

export interface ApiScope {
  readonly lattice: string;
  readonly prefix?: string | undefined;
}

/** All requests of a lattice. */
export function apiWildcard({ lattice, prefix = defaultApiPrefix }: ApiScope): string {
  return `${prefix}.${lattice}.>`;
}

/** A request, or in wadm's words why it is none. */
export type ApiRequestSubject =
  | { readonly kind: 'request'; readonly operation: string; readonly name: string | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** The inverse of {@link apiSubject}, for subjects that {@link apiWildcard} matches. */
export function parseApiSubject(scope: ApiScope, subject: string): ApiRequestSubject {
  const [category, operation, name, ...others] = subject.slice(apiWildcard(scope).length - 1).split('.');
  if (operation === undefined) {
    return { kind: 'refused', reason: 'Invalid subject: Expected to find operation' };
  }
  if (others.length > 0) {
    return {
      kind: 'refused',
      reason:
        'Invalid subject: Found extra components of subject, ensure your manifest name consists of only alphanumeric characters, dashes, and underscores.',
    };
  }
  if (category !== 'model') return { kind: 'refused', reason: `Unsupported subject: ${subject}` };
  return { kind: 'request', operation, name };
}

/** Where wadm writes what an application has come to. */
export function statusSubject(lattice: string, name: string): string {
  return `wadm.status.${lattice}.${name}`;
}

/** Where it is told that applications are to run, or no longer. */
export function manifestEventSubject(
  lattice: string,
  event: 'manifest_published' | 'manifest_unpublished',
): string {
  return `wadm.evt.${lattice}.${event}`;
}
