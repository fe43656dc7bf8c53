import type { AddressInfo } from 'node:net';
import { createServer, type ListenOptions, type Server } from 'node:net';

/** An address nothing can listen on. */
export class HttpAddressError extends Error {
  override readonly name = 'HttpAddressError';
}

/** An address that is this process's own. */
export interface ClaimedAddress {
  /** The one asked for, or the free one that was found for 0. */
  readonly port: number;
  release(): Promise<void>;
}

/**
 * Makes sure nobody else listens on an address, also not a process that would share it by `SO_REUSEPORT`, and settles
 * port 0 to a free one.
 *
 * @throws HttpAddressError
 */
export async function claimAddress(
  host: string,
  port: number,
  lock: typeof lockAddress = lockAddress,
): Promise<ClaimedAddress> {
  // Without reusePort the bind fails when anybody, reusing or not, holds the address.
  const probe = await listen({ host, port }, host, port);
  const claimed = (probe.address() as AddressInfo).port;
  try {
    const held = await lock(host, claimed);
    return { port: claimed, release: async () => held && (await close(held)) };
  } catch (error) {
    if (port !== 0 || !isInUse(error)) throw error;
    // A process that does not listen yet has claimed this free port. The probe holds it, so the next one is another.
    return await claimAddress(host, 0, lock);
  } finally {
    await close(probe);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof HttpAddressError && (error.cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/**
 * Between the probe and the listeners another process of ours may probe, too. A name in Linux's abstract namespace is free
 * again as soon as its process ends, however it ends.
 */
async function lockAddress(host: string, port: number): Promise<Server | undefined> {
  if (process.platform !== 'linux') return undefined;
  return await listen({ path: `\0wasmlattice-http ${host} ${port}` }, host, port);
}

async function listen(where: ListenOptions, host: string, port: number): Promise<Server> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause: NodeJS.ErrnoException) => reject(addressError(host, port, cause)));
  server.listen(where, resolve);
  await promise;
  // A claim keeps nothing alive.
  server.unref();
  return server;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function addressError(host: string, port: number, cause: NodeJS.ErrnoException): HttpAddressError {
  const why =
    cause.code === 'EADDRINUSE'
      ? 'it is in use: stop what listens there or give the link another address'
      : cause.code === 'EACCES'
        ? 'the host may not bind it: ports below 1024 need a privilege'
        : cause.code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : cause.message;
  return new HttpAddressError(`cannot listen on ${host}:${port}: ${why}`, { cause });
}
