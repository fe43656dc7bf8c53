import { configTypes, layerTypes } from '../registry/media-types.js';

/** How an artifact is written, but for its bytes. */
export interface ArtifactLayout {
  readonly config: Uint8Array;
  readonly configType: string;
  readonly layerType: string;
  /** Whether the manifest names its own media type. */
  readonly hasMediaType: boolean;
}

export interface ComponentLayoutOptions {
  /** Of the component's bytes. */
  readonly digest: string;
  /** Interfaces such as `wasi:http/types@0.2.2`, in the order of the component. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly created: Date;
}

/** As `wash push` writes a component. */
export function componentLayout({
  created,
  digest,
  exports,
  imports,
}: ComponentLayoutOptions): ArtifactLayout {
  const config = {
    created: created.toISOString(),
    author: null,
    architecture: 'wasm',
    os: 'wasip2',
    layerDigests: [digest],
    component: { exports, imports, target: null },
  };
  return {
    config: Buffer.from(JSON.stringify(config)),
    configType: configTypes.wasm,
    layerType: layerTypes.wasm,
    hasMediaType: true,
  };
}

/** As `wash push` writes a provider archive; `config` is its configuration file, empty without one. */
export function providerLayout(config: Uint8Array = Buffer.from('{}')): ArtifactLayout {
  return {
    config,
    configType: configTypes.providerArchive,
    layerType: layerTypes.providerArchive,
    hasMediaType: false,
  };
}
