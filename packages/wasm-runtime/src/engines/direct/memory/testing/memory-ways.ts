import { CopiedImages } from '../copied-images.js';
import type { Kernel } from '../kernel.js';
import { LinuxCalls } from '../linux/linux-calls.js';
import { LinuxKernel } from '../linux/linux-kernel.js';
import { PageMapFile } from '../linux/page-map-file.js';
import { MappedImages } from '../mapped-images.js';
import { openMappingTools } from '../mapping-tools.js';
import type { MemoryImages } from '../memory-images.js';

/** Every way to reset memories, and every way to learn what was written. Names go to threads as they are. */
export type MemoryWayName =
  | 'copying'
  | 'PAGEMAP_SCAN and userfaultfd'
  | 'PAGEMAP_SCAN'
  | '/proc/self/pagemap';

/** Linux as it is when some of it is missing. */
class LesserKernel extends LinuxKernel {
  readonly #hasScan: boolean;

  constructor(hasScan: boolean) {
    super();
    this.#hasScan = hasScan;
  }

  override openPageMap(): ReturnType<Kernel['openPageMap']> {
    return this.#hasScan ? super.openPageMap() : new PageMapFile(new LinuxCalls());
  }

  override openWriteWatch(): never {
    throw new Error('there is no userfaultfd');
  }
}

/** @throws Error that says what is missing here */
export function openMemoryWay(name: MemoryWayName): MemoryImages {
  if (name === 'copying') return new CopiedImages();
  const kernel =
    name === 'PAGEMAP_SCAN and userfaultfd' ? new LinuxKernel() : new LesserKernel(name === 'PAGEMAP_SCAN');
  const tools = openMappingTools(kernel);
  const given = tools.pageMap.name + (tools.writeWatch === undefined ? '' : ' and userfaultfd');
  if (given !== name) throw new Error(`there is ${given} only`);
  return new MappedImages(tools, 0);
}

const names: readonly MemoryWayName[] = [
  'copying',
  'PAGEMAP_SCAN and userfaultfd',
  'PAGEMAP_SCAN',
  '/proc/self/pagemap',
];

/** The ways that can be tried here, and why the others can't. */
export const memoryWays: readonly { readonly name: MemoryWayName; readonly missing: string | undefined }[] =
  names.map((name) => ({ name, missing: whyMissing(name) }));

function whyMissing(name: MemoryWayName): string | undefined {
  try {
    openMemoryWay(name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
