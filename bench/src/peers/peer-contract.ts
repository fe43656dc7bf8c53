import { func, type TypedFunction, t } from '@wasmlattice/rpc';

/** Where the peer process serves. */
export const peerAddress = { target: 'bench-peer', instance: 'bench:peer/calls' } as const;

export const echo: TypedFunction<[Uint8Array], Uint8Array> = func(
  'echo',
  [['bytes', t.list(t.u8)]],
  t.list(t.u8),
);

/** A stream of as many bytes, in chunks of {@link chunkBytes}. */
export const download: TypedFunction<[number], AsyncIterable<Uint8Array>> = func(
  'download',
  [['bytes', t.u32]],
  t.stream(t.u8),
);

export const chunkBytes: number = 64 * 1024;

/** A message here makes the peer publish as many bytes to the reply subject, with nothing of wRPC about them. */
export const rawDownloadSubject = 'bench.peer.raw-download';

/** Messages here go on to {@link rawSinkSubject}, each with its reply subject. */
export const rawRelaySubject = 'bench.peer.raw-relay';

/** Bytes here are counted; the reply subject is told once there were {@link streamBytes}, and counting begins anew. */
export const rawSinkSubject = 'bench.peer.raw-sink';

/** What the rows on streams transfer: many times what anything may hold. */
export const streamBytes = 100_000_000;

/** Bytes handed to the NATS client before a round trip: without one, it would hold all of them. */
export const unflushedBytes: number = 1024 * 1024;

export const lattice = 'bench';
