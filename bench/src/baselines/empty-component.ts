import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process that answers what HTTP providers ask a component, with 200 and no body, and does nothing else. */
export async function startEmptyComponent(
  natsUrl: string,
  lattice: string,
  id: string,
): Promise<AsyncDisposable> {
  const child = fork(new URL('./empty-component-process.js', import.meta.url), [natsUrl, lattice, id]);
  await once(child, 'message');
  return {
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}
