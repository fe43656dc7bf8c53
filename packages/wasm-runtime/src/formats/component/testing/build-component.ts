import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';

type EmbedOptions = Parameters<typeof componentEmbed>[0];

/** A component of `world` whose functions all trap, built by wasm-tools from WIT text. */
export async function buildComponent(
  witSource: string,
  world: string,
  options: Pick<EmbedOptions, 'features'> = {},
): Promise<Uint8Array> {
  return componentNew(await componentEmbed({ dummy: true, witSource, world, ...options }));
}
