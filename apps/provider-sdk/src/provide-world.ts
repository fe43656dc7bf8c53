import type { MethodsOf, TypedInterface } from '@wasmlattice/rpc';
import { type ProviderExport, type ProviderImplementation, provide } from './provider-export.js';

/** An implementation for each interface that a world exports, by the name of its constant. */
export type WorldImplementation<Interfaces> = {
  readonly [Name in keyof Interfaces]: ProviderImplementation<MethodsOf<Interfaces[Name]>>;
};

/**
 * Offers all interfaces of a world, as `wasmlattice-wit-types` writes them: one without an implementation is an error of TypeScript.
 *
 * ```ts
 * const provider: Provider = { exports: provideWorld(bankExports, { accounts: { open: (owner) => ok(…) } }) };
 * ```
 */
export function provideWorld<const Interfaces extends Readonly<Record<string, TypedInterface<unknown>>>>(
  interfaces: Interfaces,
  implementations: WorldImplementation<Interfaces>,
): ProviderExport[] {
  return Object.entries(interfaces).map(([name, wit]) =>
    provide(wit, implementations[name] as ProviderImplementation<unknown>),
  );
}
