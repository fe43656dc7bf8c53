import { answering, provide, reasonOf, runProvider } from '@wasmlattice/provider-sdk';
import { type KeyvalueError, keyvalueStore } from '@wasmlattice/rpc/interfaces';

/** A store in memory for each link: what a call costs where the answer costs nothing. */
await runProvider('memory', ({ links, logger }) => {
  const stores = links({ open: () => new Map<string, Uint8Array>() });
  const error = (cause: unknown): KeyvalueError => ({ tag: 'other', val: reasonOf(cause) });
  const answer = answering({ links: stores, error, logger });
  return {
    exports: [
      provide(keyvalueStore, {
        get: (_bucket, key, call) => answer(call, (store) => store.get(key)),
        set: (_bucket, key, value, call) => answer(call, (store) => void store.set(key, value)),
        delete: (_bucket, key, call) => answer(call, (store) => void store.delete(key)),
        exists: (_bucket, key, call) => answer(call, (store) => store.has(key)),
        listKeys: (_bucket, _cursor, call) =>
          answer(call, (store) => ({ keys: [...store.keys()], cursor: undefined })),
      }),
    ],
  };
});
