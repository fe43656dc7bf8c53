/** The providers that hosts have in themselves, by what stands behind `wasmcloud+builtin://`. A host may have them switched off. */
export const builtinNames: readonly string[] = ['http-server', 'http-client', 'messaging-nats'];
