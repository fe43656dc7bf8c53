import { type HostProcess, type HostProcessOptions, startHost } from '../src/host-process.js';

/** As {@link startHost}; it is stopped in order, so that providers of others, which do not notice when their host is killed, end with it. */
export async function startOurHost(options: HostProcessOptions): Promise<HostProcess> {
  await using started = new AsyncDisposableStack();
  const host = started.use(await startHost(options));
  started.defer(async () => {
    await host.stop();
  });
  const all = started.move();
  return {
    id: host.id,
    child: host.child,
    stop: () => host.stop(),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
