import { isRole, type Role } from '@wasmlattice/nats-access';

/** What somebody is in the lattice. */
export interface Member {
  readonly role: Role;
  readonly lattice: string;
  /** Of the one provider or component that it is. */
  readonly id?: string;
}

/** Members by their public user keys, `U…`. */
export type Directory = ReadonlyMap<string, Member>;

/** Reads `{"U…": {"role": "provider", "lattice": "default", "id": "kv"}}`. Throws an error that names the entry that is wrong. */
export function readDirectory(text: string): Directory {
  const entries: unknown = JSON.parse(text);
  if (typeof entries !== 'object' || entries === null) throw new Error('the directory is no JSON object');
  return new Map(Object.entries(entries).map(([key, value]) => [key, readMember(key, value)]));
}

function readMember(key: string, value: unknown): Member {
  const { role, lattice, id } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (!/^U[A-Z2-7]{55}$/.test(key)) throw new Error(`\`${key}\` is not the public key of a user`);
  if (typeof role !== 'string' || !isRole(role)) throw new Error(`${key} has no known role`);
  if (typeof lattice !== 'string') throw new Error(`${key} has no lattice`);
  if (id !== undefined && typeof id !== 'string') throw new Error(`the id of ${key} is no text`);
  return { role, lattice, ...(id !== undefined && { id }) };
}
