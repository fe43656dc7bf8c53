/** What runs on a host, as far as its end goes. */
export interface Workloads {
  readonly http: { close(withinMs: number): Promise<void> };
  readonly components: { stopAll(withinMs: number): Promise<void> };
  readonly providers: { stopAll(): Promise<void> };
  readonly threads: { close(withinMs: number): Promise<void> };
}

/** Share of the time that HTTP requests may use up: calls over the lattice that come until then need some, too. */
const httpShare = 0.75;

/**
 * Stops what serves before what it needs: HTTP addresses, then components with the calls they took from the lattice, then
 * providers, then the threads and their connections. Components have at most `graceMs` for what they accepted.
 */
export async function stopWorkloads(
  { http, components, providers, threads }: Workloads,
  graceMs: number,
): Promise<void> {
  const deadline = performance.now() + graceMs;
  await http.close(graceMs * httpShare);
  await components.stopAll(Math.max(0, deadline - performance.now()));
  await providers.stopAll();
  await threads.close(0);
}
