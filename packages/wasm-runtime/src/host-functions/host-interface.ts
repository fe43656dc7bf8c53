import type { Invocation, WitInterface } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { HostImport } from '../engines/engine.js';
import type { InstanceHandles } from '../lattice/instance-handles.js';
import type { GuestLimits } from '../limits/guest-limits.js';
import type { LogGate } from '../limits/log-gate.js';

/**
 * Everything the host functions of one component instance may use. One context for each instance, so that
 * nothing leaks from one invocation to the next.
 */
export interface InstanceContext {
  readonly componentId: string;
  readonly logger: Logger;
  /** Current merged configuration, read at each call so that live changes show. */
  config(): ReadonlyMap<string, string>;
  /** Its secrets by name, read at each call as the configuration is; by default there are none. */
  readonly secrets?: (() => ReadonlyMap<string, GuestSecret>) | undefined;
  /** Outgoing calls of this instance, already bound to the component's links. */
  readonly links: LinkInvoker;
  /**
   * Aborted when the invocation is over or must end: pending waits of the guest settle. It is made when it is first asked for, which takes
   * longer than most host functions: ask when there is a wait.
   */
  readonly signal: AbortSignal;
  /**
   * Has the component wait for work that an invocation leaves behind, before it is closed. The work gets a signal that tells when
   * it must end.
   */
  outlive?(work: (signal: AbortSignal) => Promise<void>): void;
  /** Where the caller of the instance converts handles of its own; else the linker makes one. */
  readonly handles?: InstanceHandles | undefined;
  /** What the guest may take; by default what every guest may. */
  readonly limits?: GuestLimits | undefined;
  /** Says whether the guest may log one more record; by default it may. */
  readonly logGate?: Pick<LogGate, 'pass'> | undefined;
  /** Stands in front of each import when it is bound: may observe its functions, or answer for them. By default nothing does. */
  readonly intercept?: ((declared: WitInterface, bound: HostImport) => HostImport) | undefined;
  /** Set by `wasi:cli/stderr` when the guest asks for it: what the instance wrote there last. */
  stderr?: { readonly text: string };
}

/** The value of a secret, in clear. */
export type GuestSecret =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

/** A call whose target and headers its link knows. */
export interface LinkCall extends Omit<Invocation, 'target' | 'headers'> {
  /** A handle of the target: the call is for the instance that keeps its resource, if that is there. */
  readonly beside?: Uint8Array | undefined;
  /** Whether the guest may hold resources of the target after it. */
  readonly givesResources?: boolean;
}

/** Calls by link instead of by target: the link of (`linkKey`, current link name) says where the call goes. */
export interface LinkInvoker {
  /**
   * @param linkKey component-facing interface without version, `wasi:keyvalue/store`
   *   (docs/spec/wrpc-interfaces.md#2)
   * @param linkName instead of the name the invocation chose
   * @throws LinkNotFoundError, or an RpcError of the call
   */
  invoke(linkKey: string, call: LinkCall, linkName?: string): Promise<unknown>;
  /**
   * Chooses the links of this invocation: its later calls of these interfaces take the links named `name`. The name
   * `default` undoes that and always succeeds. Other invocations are not affected.
   *
   * @returns the first of `linkKeys` that has no link of that name: nothing was changed then
   */
  setLinkName(name: string, linkKeys: readonly string[]): string | undefined;
  /** The link name that calls of this interface take now. A resource stays with the one it was made by. */
  linkNameOf?(linkKey: string): string;
  /** Who gets calls of this interface now; `undefined` without such a link. */
  targetOf?(linkKey: string, linkName?: string): string | undefined;
}

/**
 * One interface the host itself serves to guests, written once for every engine. Several may share a name and
 * accept different versions; the first that accepts is taken.
 */
export interface HostInterface {
  /** Interface without version: `wasi:io/streams`. */
  readonly name: string;
  /**
   * The functions and resources that guests may have, from its WIT: of these names and types and no others, whatever else the
   * classes of the implementation have. Asked for when a component is linked that imports it.
   */
  declared(): WitInterface;
  /** Whether a version (`0.2.3`, `0.2.0-draft`, `''` for none) is one this implementation serves. */
  accepts(version: string): boolean;
  /** The accepted versions in words, for error messages: `0.2.x`. */
  readonly versions: string;
  /** Functions that may wait, named as in WIT: `[method]pollable.block`, `poll`. */
  readonly suspending: readonly string[];
  /** What is declared, for one instance. It starts nothing: an instance may have it and never call it. */
  bind(context: InstanceContext): HostMembers;
}

/**
 * Functions of an interface in camel case, classes of its resources in Pascal case. A class has the resource's methods, its static
 * functions and its constructor.
 */
export type HostMembers = Readonly<Record<string, unknown>>;

/** What {@link HostInterface} needs to say about its versions. */
export type ServedVersions = Pick<HostInterface, 'accepts' | 'versions'>;

/** WASI 0.2 in any patch version: an import of `@0.2.x` is served by the one implementation there is. */
export const wasi02: ServedVersions = {
  accepts: (version) => /^0\.2\.\d+$/.test(version),
  versions: '0.2.x',
};

/** WASI 0.3 in any patch version: 0.3.0 to 0.3.2 have the same functions and types. */
export const wasi03: ServedVersions = {
  accepts: (version) => /^0\.3\.\d+$/.test(version),
  versions: '0.3.x',
};

/** Exactly these versions; `''` is a package without version. */
export function exactly(...versions: readonly string[]): ServedVersions {
  return {
    accepts: (version) => versions.includes(version),
    versions: versions.map((version) => version || 'unversioned').join(', '),
  };
}
