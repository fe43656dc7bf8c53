import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface PlainResponder extends AsyncDisposable {
  readonly subject: string;
}

/** A process that answers NATS requests with as many bytes as it is told, and does nothing else. */
export async function startPlainResponder(natsUrl: string, bytes: number): Promise<PlainResponder> {
  const subject = 'bench.plain';
  const child = fork(new URL('./plain-responder-process.js', import.meta.url), [
    natsUrl,
    subject,
    String(bytes),
  ]);
  await once(child, 'message');
  return {
    subject,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}
