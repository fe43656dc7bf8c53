/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const passedOn: ReadonlySet<string> = new Set(['RUST_LOG', 'SYSTEMROOT']);

/**
 * What a provider sees of the host's environment: `RUST_LOG`, every `OTEL_*` variable and, as Windows needs it,
 * `SYSTEMROOT` (docs/spec/provider.md#1). Everything else, `PATH` and credentials included, stays with the
 * host.
 */
export function providerEnvironment(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (passedOn.has(entry[0].toUpperCase()) || entry[0].startsWith('OTEL_')),
  );
  return Object.fromEntries(entries);
}
