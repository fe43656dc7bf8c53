/**
 * Interfaces that go over the lattice in a form of their own, and what `@wasmlattice/rpc/interfaces` calls them
 * (docs/spec/wrpc-interfaces.md#2). Providers of upstream name the form itself, as do some of ours.
 */
const knownInterfaces: readonly (readonly [pattern: RegExp, constant: string])[] = [
  [/^(?:wasi|wrpc):keyvalue\/store@0\.2\./, 'keyvalueStore'],
  [/^(?:wasi|wrpc):keyvalue\/atomics@0\.2\./, 'keyvalueAtomics'],
  [/^(?:wasi|wrpc):keyvalue\/batch@0\.2\./, 'keyvalueBatch'],
  [/^(?:wasi|wrpc):keyvalue\/watcher@0\.2\./, 'keyvalueWatcher'],
  [/^wrpc:blobstore\/blobstore@0\.2\./, 'blobstore'],
  [/^wrpc:blobstore\/blobstore@0\.1\./, 'blobstoreV1'],
  [/^wasi:blobstore\/blobstore@0\.2\./, 'blobstore'],
  [/^(?:wasi|wrpc):http\/incoming-handler@/, 'httpIncomingHandler'],
  [/^(?:wasi|wrpc):http\/outgoing-handler@/, 'httpOutgoingHandler'],
  [/^wasmcloud:messaging\/consumer@0\.2\./, 'messagingConsumer'],
  [/^wasmcloud:messaging\/handler@0\.2\./, 'messagingHandler'],
];

/** The constant of that interface, `undefined` for one whose form is the interface itself. */
export function knownInterface(id: string): string | undefined {
  return knownInterfaces.find(([pattern]) => pattern.test(id))?.[1];
}
