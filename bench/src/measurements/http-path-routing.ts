import { scaleAll } from '../components.js';
import { createGuestFolder } from '../guests/guest-folder.js';
import { type BenchLattice, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { loadHttp } from '../load/http-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const load = { connections: 64, warmUpMs: 1_000, durationMs: 2_000 };
const manyRoutes = 1_000;
/** Links that are put at the same time. */
const atOnce = 4;

export const httpPathRouting: Measurement = {
  name: 'http-path-routing',
  unit: 'requests/s',
  better: 'higher',
  target: 0.95,
  title: `a component of 7 KB behind one of ${manyRoutes} paths of a server, one serving thread, ${load.connections} connections`,
  baseline: 'the same component behind the only path of a server of the same host, the same load',
  async measure() {
    await using folder = await createGuestFolder(1);
    await using lattice = await startLattice(['--serving-threads', '1', '--cache-dir', folder.cacheDir]);
    const [guest] = folder.guests;
    if (guest === undefined) throw new Error('there is no guest');
    await scaleAll(lattice, [{ ...guest, maxInstances: load.connections }]);
    const [many, one] = [await serverPort(), await serverPort()];
    await startServer(lattice, 'many', guest.componentId, many, manyRoutes);
    await startServer(lattice, 'one', guest.componentId, one, 1);
    await Promise.all([firstAnswer(many, 60_000), firstAnswer(one, 60_000)]);
    // Awaited here: what is measured goes away with this scope.
    return await medianOfRounds(
      5,
      () => loadHttp({ ...load, port: many }),
      () => loadHttp({ ...load, port: one }),
    );
  },
};

/** A server that goes by path, with `/` as the last of its routes. */
async function startServer(
  { control, hostId }: BenchLattice,
  providerId: string,
  component: string,
  port: number,
  routes: number,
): Promise<void> {
  await control.putConfig(providerId, { routing_mode: 'path', default_address: `127.0.0.1:${port}` });
  const providerRef = 'wasmcloud+builtin://http-server';
  await control.startProvider(hostId, { providerId, providerRef, config: [providerId] });
  const paths = [...Array.from({ length: routes - 1 }, (_, index) => `/path-${index}/of-many`), '/'];
  const putLink = async (path: string): Promise<void> => {
    const name = path === '/' ? 'root' : path.slice(1).replace('/', '-');
    const config = `${providerId}-${name}`;
    await control.putConfig(config, { path });
    await control.putLink({
      sourceId: providerId,
      target: component,
      name,
      witNamespace: 'wasi',
      witPackage: 'http',
      interfaces: ['incoming-handler'],
      sourceConfig: [config],
    });
  };
  const left = paths.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const path of left) await putLink(path);
    }),
  );
}
