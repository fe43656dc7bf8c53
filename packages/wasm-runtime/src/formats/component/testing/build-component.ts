import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';

/** A component of `world` whose functions all trap, built by wasm-tools from WIT text. */
export async function buildComponent(witSource: string, world: string): Promise<Uint8Array> {
  return componentNew(await componentEmbed({ dummy: true, witSource, world }));
}
