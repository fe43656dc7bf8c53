import { scaleAll } from '../components.js';
import { createGuestFolder, type GuestFile } from '../guests/guest-folder.js';
import { linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { type HostileKind, hostileClients, startHostileClients } from '../load/hostile-clients.js';
import { httpLatencies } from '../load/http-latency.js';
import type { Measurement } from '../measurement.js';
import { percentile99 } from '../percentile.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const load = { connections: 16, warmUpMs: 500, durationMs: 1_500 };

/** Of each kind; a single one shows what else the machine did as well. */
const rounds = 5;

const kinds = Object.keys(hostileClients) as HostileKind[];

interface Seen {
  readonly kind: HostileKind;
  readonly value: number;
  readonly baseline: number;
}

const ratio = ({ value, baseline }: Seen): number => value / baseline;

export const hostileClientsP99: Measurement = {
  name: 'hostile-clients',
  unit: 'ms',
  better: 'lower',
  target: 3,
  title: `99th percentile of a small component at ${load.connections} connections while clients of another one on the same thread send endless heads, header bombs, bodies of 10 GB or a byte a second, or hold ${hostileClients['idle connections']} idle connections: the worst of these`,
  baseline: 'the same without them, just before',
  async measure() {
    await using folder = await createGuestFolder(2);
    await using lattice = await startLattice(['--serving-threads', '1', '--cache-dir', folder.cacheDir]);
    const [quick, target] = folder.guests as [GuestFile, GuestFile];
    const [port, targetPort] = [await serverPort(), await serverPort()];
    for (const [guest, at] of [
      [quick, port],
      [target, targetPort],
    ] as const) {
      await linkHttp(lattice, guest.componentId, at);
      await scaleAll(lattice, [{ ...guest, maxInstances: load.connections }]);
      await firstAnswer(at, 60_000);
    }
    const p99 = async (): Promise<number> => percentile99(await httpLatencies({ ...load, port }));
    const seen: Seen[] = [];
    for (const kind of kinds) {
      const beset = async (): Promise<number> => {
        await using _hostile = await startHostileClients({ kind, port: targetPort });
        return await p99();
      };
      seen.push({ kind, ...(await medianOfRounds(rounds, beset, p99)) });
    }
    const worst = seen.reduce((a, b) => (ratio(b) > ratio(a) ? b : a));
    const note = seen.map((each) => `${each.kind} ${ratio(each).toFixed(2)}`).join(', ');
    return { value: worst.value, baseline: worst.baseline, note };
  },
};
