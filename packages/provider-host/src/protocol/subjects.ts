/**
 * Subjects between host and provider, all on the rpc connection and all without queue groups: every instance of a
 * provider id sees every message (docs/spec/provider.md#2).
 */

const root = 'wasmbus.rpc';

/**
 * Links for one provider process: `xkey` is the public key the host made for it. A host that gives no xkeys, and a
 * built-in provider, use the provider id in its place.
 */
export function providerLinkPutSubject(lattice: string, xkey: string): string {
  return `${root}.${lattice}.${xkey}.linkdefs.put`;
}

export function providerLinkDeleteSubject(lattice: string, providerId: string): string {
  return `${root}.${lattice}.${providerId}.linkdefs.del`;
}

export function providerHealthSubject(lattice: string, providerId: string): string {
  return `${root}.${lattice}.${providerId}.health`;
}

/** `default` is a literal token, whatever the provider's links are named. */
export function providerShutdownSubject(lattice: string, providerId: string): string {
  return `${root}.${lattice}.${providerId}.default.shutdown`;
}

/** A subject of ours: new secrets of one process of a provider, sealed for its xkey. wasmCloud's providers do not listen there. */
export function providerSecretsUpdateSubject(lattice: string, xkey: string): string {
  return `${root}.${lattice}.${xkey}.secrets.update`;
}

export function providerConfigUpdateSubject(lattice: string, providerId: string): string {
  return `${root}.${lattice}.${providerId}.config.update`;
}
