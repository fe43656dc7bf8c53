import type { Kernel, PageMap, WriteWatch } from './kernel.js';

/** What a thread that maps images asks of the system. */
export interface MappingTools {
  readonly kernel: Kernel;
  readonly pageMap: PageMap;
  /** Absent where the system has none: then each reset looks at all pages that were only read, too. */
  readonly writeWatch: WriteWatch | undefined;
  /** Told why an image could not be mapped; it is copied then. */
  readonly onUnmapped?: (error: unknown) => void;
}

/** @throws KernelError, and what the system answers where `/proc` is missing */
export function openMappingTools(kernel: Kernel): MappingTools {
  const pageMap = kernel.openPageMap();
  return { kernel, pageMap, writeWatch: pageMap.findWritten && openWriteWatch(kernel) };
}

function openWriteWatch(kernel: Kernel): WriteWatch | undefined {
  try {
    return kernel.openWriteWatch();
  } catch {
    return undefined;
  }
}

export function closeMappingTools({ pageMap, writeWatch }: MappingTools): void {
  pageMap.close();
  writeWatch?.close();
}
