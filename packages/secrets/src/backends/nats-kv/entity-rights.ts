import { type KV, NatsError } from 'nats';

/** Who may have which secrets: by public key of a component or provider, the names of those it may. */
export class EntityRights {
  readonly #bucket: KV;

  constructor(bucket: KV) {
    this.#bucket = bucket;
  }

  async mayHave(entity: string, key: string): Promise<boolean> {
    if (!isEntity(entity)) return false;
    const { keys } = await this.#read(entity);
    return keys.has(key);
  }

  /** @throws RangeError when it is no public key */
  async allow(entity: string, keys: readonly string[]): Promise<void> {
    await this.#change(entity, (known) => known.union(new Set(keys)));
  }

  /** @throws RangeError when it is no public key */
  async disallow(entity: string, keys: readonly string[]): Promise<void> {
    await this.#change(entity, (known) => known.difference(new Set(keys)));
  }

  /** Tried again when somebody else changed them meanwhile. */
  async #change(entity: string, change: (keys: Set<string>) => Set<string>): Promise<void> {
    if (!isEntity(entity)) throw new RangeError('no public key of a component (M…) or provider (V…)');
    for (;;) {
      const { keys, revision } = await this.#read(entity);
      const changed = JSON.stringify([...change(keys)]);
      try {
        await this.#bucket.put(entity, changed, { previousSeq: revision });
        return;
      } catch (error) {
        if (!isWrongRevision(error)) throw error;
      }
    }
  }

  async #read(entity: string): Promise<{ readonly keys: Set<string>; readonly revision: number }> {
    const entry = await this.#bucket.get(entity);
    if (entry === null) return { keys: new Set(), revision: 0 };
    if (entry.operation !== 'PUT') return { keys: new Set(), revision: entry.revision };
    const keys: unknown = JSON.parse(entry.string());
    return { keys: new Set(Array.isArray(keys) ? keys.map(String) : []), revision: entry.revision };
  }
}

function isEntity(text: string): boolean {
  return /^[A-Z2-7]{56}$/.test(text);
}

/** The server's code for an expected sequence that is another. */
const wrongSequence = 10071;

function isWrongRevision(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === wrongSequence;
}
