/** What a guest does; `wit/world.wit` has each as a world, with what it answers. */
export const guestKinds = ['hello', 'echo', 'counter', 'proxy'] as const;
export type GuestKind = (typeof guestKinds)[number];

export interface GuestSource {
  /** A folder in that of the language, and a world of {@link Language.wit}. */
  readonly name: string;
  readonly kinds: readonly GuestKind[];
  /** The world is in the guest's own folder; by default it is one of the language's. */
  readonly hasOwnWorld?: boolean;
}

/** A guest for each kind, as most languages have them. */
export const guestForEachKind: readonly GuestSource[] = guestKinds.map((kind) => ({
  name: kind,
  kinds: [kind],
}));

/** Folders of the gallery. */
export interface GuestWit {
  readonly worlds: string;
  readonly packages: string;
}

export interface Language {
  /** A folder of the gallery. */
  readonly name: string;
  /** What guests call it: `Hello from Go!` */
  readonly title: string;
  readonly guests: readonly GuestSource[];
  /** Folders of the gallery with the worlds of its guests, by default `wit`, and with packages that they use besides those of all guests. */
  readonly wit?: GuestWit;
  /** Files and folders below that of the language which all of its guests are made from. */
  readonly shared: readonly string[];
  /** The file that says how they are built: a change of it makes other components. */
  readonly recipe: string;
  /** Looks at what is on the machine; installs nothing. Rejects with a {@link MissingToolchainError}. */
  findToolchain(): Promise<Toolchain>;
}

export interface Toolchain {
  /** Names and versions of all that decides the bytes of a component, for people and for the key in the cache. */
  readonly versions: string;
  /**
   * Makes a component of a guest. Installs what it needs of package registries into `toolFolder`, and rejects with a
   * {@link MissingToolchainError} if that can't be done.
   */
  build(job: BuildJob): Promise<Uint8Array>;
}

export interface BuildJob {
  readonly guest: string;
  /** The guest's own folder; not to be written. */
  readonly source: string;
  /** The folder of the language; not to be written. */
  readonly language: string;
  /** One document with the worlds and all packages they use. */
  readonly wit: string;
  /** An empty folder that goes away after the build. */
  readonly workFolder: string;
  /** Stays, and is shared by all builds. */
  readonly toolFolder: string;
  /** Told before something that takes minutes. */
  readonly report: (message: string) => void;
}

/** A language whose guests can't be built on this machine. The message says what is missing. */
export class MissingToolchainError extends Error {
  override readonly name = 'MissingToolchainError';
}

/** Worlds and packages of guests of WASI 0.3. */
export const wasi03Wit: GuestWit = { worlds: 'wit-wasi03/worlds', packages: 'wit-wasi03/packages' };
