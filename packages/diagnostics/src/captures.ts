import { DecodeError, jsonFromBytes, jsonToBytes, ObjectReader } from '@wasmlattice/control-interface';
import { diagnosticsVersion } from './figures-codec.js';

/** Who captures invocations of a component, and what of them it has. */
export interface CaptureWish {
  /** Names the capture: a further wish of that name goes on with it. */
  readonly capture: string;
  readonly component: string;
  /** Invocations that are wanted of this host. */
  readonly count: number;
  /** Names whose values are masked beside those that always are. */
  readonly mask: readonly string[];
  /** How many it has got; those are not told again. */
  readonly from: number;
  /** It wants no more. */
  readonly isOver: boolean;
}

/** What a host knows of a component that it records. */
export interface CapturedComponent {
  readonly imageRef: string;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
  /** Ids of what it imports and exports. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

/** What a host answers. */
export interface CapturePage {
  readonly hostId: string;
  readonly hostVersion: string;
  /** Why it does not record; absent: it does, or did. */
  readonly refusal?: string | undefined;
  /** Absent: no such component runs on this host. */
  readonly component?: CapturedComponent | undefined;
  /** Lines of a capture file, without their ends: those after the ones that the asker has. */
  readonly lines: readonly string[];
  /** Invocations that were recorded and could not be kept until they were fetched. */
  readonly dropped: number;
  /** Whether nothing more will come. */
  readonly isComplete: boolean;
}

/** Most invocations of one capture. */
export const maxCaptureCount = 10_000;

const longestName = 256;
const maxMaskedNames = 100;

export function encodeCaptureWish({ isOver, ...wish }: CaptureWish): Uint8Array {
  return jsonToBytes({ version: diagnosticsVersion, ...wish, mask: [...wish.mask], is_over: isOver });
}

/** @throws DecodeError */
export function decodeCaptureWish(bytes: Uint8Array): CaptureWish {
  const what = 'wish to capture invocations';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  const wish = {
    capture: reader.string('capture'),
    component: reader.string('component'),
    count: Math.min(maxCaptureCount, reader.u64('count')),
    mask: reader.stringArrayOr('mask', []),
    from: reader.u64Or('from', 0),
    isOver: reader.booleanOr('is_over', false),
  };
  for (const name of ['capture', 'component'] as const) {
    if (wish[name].length > longestName) throw new DecodeError(what, name, 'is too long');
  }
  if (wish.mask.length > maxMaskedNames || wish.mask.some(({ length }) => length > longestName)) {
    throw new DecodeError(what, 'mask', 'has too many names, or too long ones');
  }
  return wish;
}

/** JSON in the first line; the lines of the capture follow as they are, so that they are not escaped once more. */
export function encodeCapturePage({ lines, component, ...page }: CapturePage): Uint8Array {
  const head = JSON.stringify({
    version: diagnosticsVersion,
    host_id: page.hostId,
    host_version: page.hostVersion,
    refusal: page.refusal,
    component: component && {
      image_ref: component.imageRef,
      sha256: component.sha256,
      imports: component.imports,
      exports: component.exports,
    },
    dropped: page.dropped,
    is_complete: page.isComplete,
  });
  return Buffer.from([head, ...lines].join('\n'));
}

/** @throws DecodeError */
export function decodeCapturePage(bytes: Uint8Array): CapturePage {
  const what = 'answer of a host about a capture';
  const [head = '', ...lines] = Buffer.from(bytes).toString().split('\n');
  const reader = new ObjectReader(jsonFromBytes(Buffer.from(head), what), what);
  const component = reader.optionalObject('component');
  return {
    hostId: reader.string('host_id'),
    hostVersion: reader.stringOr('host_version', ''),
    refusal: reader.optionalString('refusal'),
    component: component && {
      imageRef: component.string('image_ref'),
      sha256: component.string('sha256'),
      imports: component.stringArray('imports'),
      exports: component.stringArray('exports'),
    },
    lines,
    dropped: reader.u64Or('dropped', 0),
    isComplete: reader.booleanOr('is_complete', false),
  };
}
