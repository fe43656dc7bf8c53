import { isDeepStrictEqual } from 'node:util';
import { jsonFromBytes, jsonToBytes, ObjectReader } from '@wasmlattice/control-interface';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { KV } from 'nats';
import type { PutForApplication, PutLink } from '../plan/link-values.js';

/** What was put for applications, kept in the bucket of the reconciler: the next host that acts goes on from there. */
export interface PutStore {
  readonly known: ReadonlyMap<string, PutForApplication>;
  /** Stores what is different; resolves when the server has it. */
  save(next: ReadonlyMap<string, PutForApplication>): Promise<void>;
}

const prefix = 'put.';

/** Reads what was stored. Only the one host that acts writes: each tenure reads anew. */
export async function openPutStore(bucket: KV, logger: Logger = noopLogger): Promise<PutStore> {
  let known = new Map<string, PutForApplication>();
  const keys = await bucket.keys(`${prefix}>`);
  for await (const key of keys) {
    const entry = await bucket.get(key);
    if (entry === null || entry.operation !== 'PUT') continue;
    try {
      const { application, put } = decode(entry.value);
      known.set(application, put);
    } catch (error) {
      logger.warn('what was put for an application is not understood, and will stay', { key, error });
    }
  }
  return {
    get known() {
      return known;
    },
    async save(next) {
      const before = known;
      const changed = [...next].filter(([name, put]) => !isDeepStrictEqual(before.get(name), put));
      const gone = [...before.keys()].filter((name) => !next.has(name));
      if (changed.length + gone.length === 0) return;
      await Promise.all([
        ...changed.map(([name, put]) => bucket.put(keyOf(name), encode(name, put))),
        ...gone.map((name) => bucket.purge(keyOf(name))),
      ]);
      known = new Map(next);
    },
  };
}

/** Names of applications may have letters that keys may not. */
function keyOf(application: string): string {
  return `${prefix}${Buffer.from(application).toString('base64url')}`;
}

function encode(application: string, { configs, links }: PutForApplication): Uint8Array {
  return jsonToBytes({
    application,
    configs: [...configs],
    links: links.map(({ name, sourceId, target, values, witNamespace, witPackage }) => ({
      source_id: sourceId,
      target,
      name,
      wit_namespace: witNamespace,
      wit_package: witPackage,
      values,
    })),
  });
}

function decode(bytes: Uint8Array): { application: string; put: PutForApplication } {
  const what = 'record of what was put';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  const links = reader.value('links');
  return {
    application: reader.string('application'),
    put: {
      configs: reader.stringArrayOr('configs', []),
      links: (Array.isArray(links) ? links : []).map((value: unknown): PutLink => {
        const link = new ObjectReader(value, what);
        return {
          sourceId: link.string('source_id'),
          target: link.string('target'),
          name: link.string('name'),
          witNamespace: link.string('wit_namespace'),
          witPackage: link.string('wit_package'),
          values: link.string('values'),
        };
      }),
    },
  };
}
