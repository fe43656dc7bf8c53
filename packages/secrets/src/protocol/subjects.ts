/** The version of the protocol (docs/spec/security.md#7.2). */
const apiVersion = 'v1alpha1';

/** What a backend answers on `{prefix}.v1alpha1.{backend}.`; those after `get` are not part of the protocol, but of upstream's backend on NATS KV. */
export type SecretOperation =
  | 'server_xkey'
  | 'get'
  | 'put_secret'
  | 'delete_secret'
  | 'add_mapping.*'
  | 'remove_mapping.*';

/** @throws RangeError when the name of the backend is not one token of a subject */
export function secretsSubject(prefix: string, backend: string, operation: SecretOperation): string {
  return `${root(prefix, backend)}.${operation}`;
}

/** Where the rights of one component or provider are changed. */
export function mappingSubject(
  prefix: string,
  backend: string,
  operation: 'add_mapping' | 'remove_mapping',
  entity: string,
): string {
  assertToken(entity, 'the public key of a component or provider');
  return `${root(prefix, backend)}.${operation}.${entity}`;
}

/**
 * Where a backend of ours says that a secret has another version, and all of them when it starts. wasmCloud's backends say nothing,
 * and its hosts do not listen.
 *
 * @param backend all of them without one
 */
export function secretsChangedSubject(prefix: string, backend?: string): string {
  return `${backend === undefined ? `${prefix}.${apiVersion}.*` : root(prefix, backend)}.changed`;
}

/** The name of the backend in a subject of {@link secretsChangedSubject}. */
export function backendOfSubject(prefix: string, subject: string): string | undefined {
  const start = `${prefix}.${apiVersion}.`;
  return subject.startsWith(start) ? subject.slice(start.length).split('.')[0] : undefined;
}

function root(prefix: string, backend: string): string {
  assertToken(backend, 'the name of a secrets backend');
  return `${prefix}.${apiVersion}.${backend}`;
}

function assertToken(text: string, what: string): void {
  if (text !== '' && !/[\s.*>]/.test(text)) return;
  throw new RangeError(
    `${what} must be one token of a subject, without dots, blanks, * and >: \`${text.slice(0, 64)}\``,
  );
}
