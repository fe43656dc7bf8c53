/** READMEs whose first sample is no program of its own, or wants what an empty folder does not have: they run beside the code. */
const notAlone = new Map([
  ['@wasmlattice/artifacts', 'a registry with an artifact'],
  ['@wasmlattice/blobstore', 'a store of the reader'],
  ['@wasmlattice/component-validator', 'a component'],
  ['@wasmlattice/provider-host', 'the rest of a host'],
  ['@wasmlattice/provider-sdk', 'a host that starts it'],
  ['@wasmlattice/wasm-runtime', 'a component'],
  ['@wasmlattice/wit-types', 'a file that it makes of WIT'],
]);

/**
 * What the README of a package lets its reader do: the arguments of its `npm install`, and its first sample in TypeScript, unless that
 * `wants` something that an empty folder does not have. Servers of a sample are at `natsUrl`.
 */
export function readmeOf(name, text, { natsUrl }) {
  const install = /`npm install ([^`]+)`/.exec(text)?.[1];
  const wants = notAlone.get(name);
  const sample = /^```ts\n(.*?)^```$/ms.exec(text)?.[1];
  return {
    install: install?.split(' ') ?? [name],
    wants,
    sample: wants === undefined ? sample?.replaceAll('nats://127.0.0.1:4222', natsUrl) : undefined,
  };
}
