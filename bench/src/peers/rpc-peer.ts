import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What the processes tell each other. */
export interface PeerCommand {
  readonly kind: 'peak-memory';
}
export type PeerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'peak-memory'; readonly bytes: number };

export interface RpcPeer extends AsyncDisposable {
  /** The most memory the process ever had, in bytes. */
  peakMemory(): Promise<number>;
}

/** `calls`: the functions of `peer-contract.ts`; the others: what its subjects say. */
export type PeerRole = 'calls' | 'raw' | 'raw-relay' | 'raw-sink';

/** A process that serves what `peer-contract.ts` declares, over a connection of its own. */
export async function startRpcPeer(natsUrl: string, role: PeerRole = 'calls'): Promise<RpcPeer> {
  const child = fork(new URL('./rpc-peer-process.js', import.meta.url), [natsUrl, role], {
    stdio: 'inherit',
  });
  await once(child, 'message');
  return {
    async peakMemory() {
      const answer = once(child, 'message');
      child.send({ kind: 'peak-memory' } satisfies PeerCommand);
      const [report] = (await answer) as [PeerReport];
      if (report.kind !== 'peak-memory') throw new Error(`the peer said ${report.kind}`);
      return report.bytes;
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}
