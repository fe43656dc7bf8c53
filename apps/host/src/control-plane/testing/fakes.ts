import type { Link, StoredClaims } from '@wasmlattice/control-interface';
import type { EventDataByName, EventName, EventPublisher, LatticeEvent } from '@wasmlattice/events';
import { Secret } from '@wasmlattice/secrets';
import { type ConfigStore, ConfigStoreError, parseNamedConfig } from '../lattice-store/config-store.js';
import type { LatticeStore, SpecChange } from '../lattice-store/lattice-store.js';
import type { ResolvedSecrets } from '../secrets/followed-secrets.js';
import type { SecretOwner } from '../secrets/secret-fetcher.js';
import type { SecretResolver } from '../secrets/secret-resolver.js';
import { SecretsError } from '../secrets/secrets-error.js';

/** The lattice data of one host that is alone. */
export function createMemoryLatticeStore(onChange: (change: SpecChange) => void = () => {}): LatticeStore {
  const specs = new Map<string, ReturnType<LatticeStore['spec']>>();
  const claims = new Map<string, StoredClaims>();
  return {
    spec: (id) => specs.get(id),
    links: () => [...specs.values()].flatMap((spec) => spec?.links ?? []),
    async update(id, change) {
      const previous = specs.get(id);
      const current = change(previous);
      if (current === undefined) return;
      specs.set(id, current);
      onChange({ id, previous, current });
    },
    claims: () => [...claims.values()],
    putClaims: async (stored) => void claims.set(stored.subject, stored),
    close() {},
  };
}

export interface MemoryConfigStore extends ConfigStore {
  set(name: string, config: Readonly<Record<string, string>>): void;
  /** How many bundles are followed right now. */
  bundles(): number;
}

export function createMemoryConfigStore(
  initial: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): MemoryConfigStore {
  const stored = new Map<string, Uint8Array>();
  const followers = new Set<(name: string) => void>();
  const put = (name: string, bytes: Uint8Array): void => {
    stored.set(name, bytes);
    for (const follow of followers) follow(name);
  };
  const set: MemoryConfigStore['set'] = (name, config) => put(name, Buffer.from(JSON.stringify(config)));
  const read = (name: string): Readonly<Record<string, string>> => {
    const bytes = stored.get(name);
    if (bytes === undefined) throw new ConfigStoreError(`Config ${name} does not exist`);
    return parseNamedConfig(name, bytes);
  };
  const merge = (names: readonly string[]): Record<string, string> => Object.assign({}, ...names.map(read));
  for (const [name, config] of Object.entries(initial)) set(name, config);
  return {
    set,
    bundles: () => followers.size,
    get: async (name) => stored.get(name),
    put: async (name, bytes) => put(name, bytes),
    async delete(name) {
      stored.delete(name);
      for (const follow of followers) follow(name);
    },
    resolve: async (names) => merge(names),
    async bundle(names, onChange) {
      const current = () => new Map(Object.entries(merge(names)));
      current();
      const follow = (name: string): void => {
        if (names.includes(name)) onChange(current());
      };
      followers.add(follow);
      return { current, close: () => void followers.delete(follow) };
    },
    async follow(names, onChange) {
      const follow = (name: string): void => {
        if (names.includes(name)) onChange();
      };
      followers.add(follow);
      return {
        current: () => new Map(Object.entries(merge(names))),
        close: () => void followers.delete(follow),
      };
    },
    close() {},
  };
}

export interface MemorySecrets extends SecretResolver {
  /** Gives a secret another value, or takes it away. */
  set(name: string, value: string | undefined): void;
  /** For whom secrets were asked. */
  readonly owners: readonly SecretOwner[];
  /** How many lists are followed right now. */
  followed(): number;
}

/** Secrets that are known by the names they have in CONFIGDATA. `fetching` holds up whoever asks. */
export function createMemorySecrets(
  initial: Readonly<Record<string, string>> = {},
  fetching: () => Promise<void> = async () => {},
): MemorySecrets {
  const values = new Map(Object.entries(initial));
  const owners: SecretOwner[] = [];
  const followers = new Set<(name: string) => void>();
  const follow: SecretResolver['follow'] = async (names, owner, onChange) => {
    if (names.length > 0) {
      owners.push(owner);
      await fetching();
    }
    const read = (): ResolvedSecrets =>
      new Map(
        names.map((name) => {
          const value = values.get(name);
          if (value === undefined) throw new SecretsError(new Error(`${name} is missing`));
          return [name, Secret.ofText(value)];
        }),
      );
    let current: ResolvedSecrets | undefined;
    const changed = (name: string): void => {
      if (!names.includes(name)) return;
      current = undefined;
      onChange();
    };
    if (names.length > 0) followers.add(changed);
    return {
      current() {
        current ??= read();
        return current;
      },
      close: () => void followers.delete(changed),
    };
  };
  return {
    owners,
    followed: () => followers.size,
    set(name, value) {
      if (value === undefined) values.delete(name);
      else values.set(name, value);
      for (const changed of followers) changed(name);
    },
    follow,
    async bundle(names, owner, onChange) {
      const followed = await follow(names, owner, onChange);
      try {
        followed.current();
      } catch (error) {
        followed.close();
        throw error;
      }
      return followed;
    },
    close() {},
  };
}

/** Events as they are published, and the wait for one that is yet to come. */
export interface EventRecorder extends EventPublisher {
  readonly events: readonly LatticeEvent[];
  names(): EventName[];
  /** The data of the `nth` event of a name, counted from 1. */
  waitFor<N extends EventName>(name: N, nth?: number): Promise<EventDataByName[N]>;
}

export function createEventRecorder(): EventRecorder {
  const events: LatticeEvent[] = [];
  const waiting = new Set<() => void>();
  return {
    events,
    names: () => events.map(({ name }) => name),
    async publish(event) {
      events.push(event);
      for (const check of waiting) check();
    },
    waitFor: <N extends EventName>(name: N, nth = 1) =>
      new Promise<EventDataByName[N]>((resolve) => {
        const check = (): void => {
          const found = events.filter((event) => event.name === name)[nth - 1];
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found.data as EventDataByName[N]);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** A link of the keyvalue interface from `counter` to `kv`. */
export function keyvalueLink(changes: Partial<Link> = {}): Link {
  return {
    sourceId: 'counter',
    target: 'kv',
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: [],
    targetConfig: [],
    ...changes,
  };
}
