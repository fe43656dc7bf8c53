/** Media types of layers and configs, as `wash` and a wasmCloud 1.x host have them (docs/spec/security.md#6.3). */
export const layerTypes = {
  wasm: 'application/wasm',
  /** Of tools from before the one above was agreed on. */
  wasmModule: 'application/vnd.module.wasm.content.layer.v1+wasm',
  providerArchive: 'application/vnd.wasmcloud.provider.archive.layer.v1+par',
  /** What tools write that are told nothing else, `oras` among them. The bytes are no tar archive then. */
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export const configTypes = {
  wasm: 'application/vnd.wasm.config.v0+json',
  providerArchive: 'application/vnd.wasmcloud.provider.archive.config',
} as const;

/** What an artifact is pulled as; decides which layers are taken. */
export type ArtifactKind = 'component' | 'provider' | 'any';

const component: readonly string[] = [layerTypes.wasmModule, layerTypes.ociLayer, layerTypes.wasm];
const provider: readonly string[] = [layerTypes.providerArchive, layerTypes.ociLayer];

export const acceptedLayerTypes: Readonly<Record<ArtifactKind, readonly string[]>> = {
  component,
  provider,
  any: [layerTypes.providerArchive, ...component],
};
