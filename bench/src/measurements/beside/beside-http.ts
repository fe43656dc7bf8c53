import { go, type Language, python, rust } from '@wasmlattice/example-gallery';
import { scaleAll } from '../../components.js';
import { type GalleryGuestFile, galleryGuest } from '../../guests/gallery-guest.js';
import { artifacts, linkHttp } from '../../lattice.js';
import type { Measurement, Skipped } from '../../measurement.js';
import { wasmcloudPrograms } from '../../wasmcloud/wasmcloud-programs.js';
import { loadBothHosts } from './load-both-hosts.js';

/** A host of wasmCloud compiles a guest of 20 MB for as long as that. */
const firstAnswerMs = 180_000;

type Guest = () => Promise<GalleryGuestFile | Skipped>;

const helloIn =
  (language: Language): Guest =>
  () =>
    galleryGuest(language, 'hello');
const typescript: Guest = async () => ({ file: artifacts.hello });

/** The built-in HTTP server with guests of several languages. */
export const besideHttp: readonly Measurement[] = [
  measurement('rust', 'the greeting in Rust of the gallery', helloIn(rust), 64, 2),
  measurement('rust', 'the greeting in Rust of the gallery', helloIn(rust), 1, 2),
  measurement('js', 'examples/http-hello', typescript, 64, 5),
  measurement('js', 'examples/http-hello', typescript, 1, 3),
  measurement('python', 'the greeting in Python of the gallery', helloIn(python), 16, 8),
  measurement('go', 'the greeting in Go of the gallery', helloIn(go), 16, 3),
];

function measurement(
  language: string,
  what: string,
  guestOf: Guest,
  connections: number,
  target: number,
): Measurement {
  const load = { connections, warmUpMs: 500, durationMs: 2_000 };
  const component = { componentId: 'hello', maxInstances: connections };
  return {
    name: `beside-http-${language}${connections === 1 ? '-1' : ''}`,
    unit: 'requests/s',
    better: 'higher',
    target,
    title: `${what} behind the built-in HTTP server, ${connections} connection${connections === 1 ? '' : 's'}`,
    baseline: 'the same on a host of wasmCloud 1.9.2, both with their defaults',
    async measure() {
      const programs = wasmcloudPrograms();
      if ('skipped' in programs) return programs;
      const guest = await guestOf();
      if ('skipped' in guest) return guest;
      return loadBothHosts({
        program: programs.host,
        load,
        firstAnswerMs,
        async serve(lattice, port) {
          await linkHttp(lattice, component.componentId, port);
          await scaleAll(lattice, [{ ...component, componentRef: `file://${guest.file}` }]);
        },
      });
    },
  };
}
