import type { RecordingLimits } from './limits.js';
import { Masks } from './masks.js';
import { InvocationRecording } from './recording.js';

/** What is recorded of a component, for whom, and how long. It crosses threads and processes. */
export interface CaptureOrder {
  /** Names the capture: a further order of that name goes on with it. */
  readonly capture: string;
  readonly component: string;
  /** Records that are wanted; no more are begun. */
  readonly count: number;
  /** From now on, in ms: who is not told again by then stops by itself. 0 ends it at once. */
  readonly forMs: number;
  /** Names whose values are masked beside those that always are. */
  readonly mask: readonly string[];
}

/** A record on its way to whoever asked: a line of the file. */
export interface CapturedLine {
  readonly capture: string;
  readonly line: string;
}

/** Invocations that are recorded at a time; others are not. */
const maxAtOnce = 64;

/** What is recorded of the components of a thread. */
export class ThreadCaptures {
  readonly #post: (captured: CapturedLine) => void;
  readonly #now: () => number;
  readonly #limits: RecordingLimits | undefined;
  readonly #active = new Map<string, ActiveCapture>();
  readonly #onChange = new Map<string, Set<(active: ComponentCapture | undefined) => void>>();

  /** @param options.now in ms, growing; `performance.now` by default */
  constructor(options: {
    readonly post: (captured: CapturedLine) => void;
    readonly now?: () => number;
    readonly limits?: RecordingLimits;
  }) {
    this.#post = options.post;
    this.#now = options.now ?? (() => performance.now());
    this.#limits = options.limits;
  }

  /** Begins, goes on with or ends a capture. Another one of the same component takes the place of the one before. */
  obey(order: CaptureOrder): void {
    const { capture, component, forMs } = order;
    const known = this.#active.get(component);
    if (forMs <= 0) {
      if (known?.id === capture) this.#drop(component);
      return;
    }
    if (known?.id === capture) {
      if (known.goOn(forMs)) this.#tell(component, known);
      return;
    }
    const active = new ActiveCapture(order, {
      post: this.#post,
      now: this.#now,
      limits: this.#limits,
      onOver: () => this.#tell(component, undefined),
    });
    this.#active.set(component, active);
    this.#tell(component, active);
  }

  /**
   * Tells of the capture of a component, now and whenever it changes.
   *
   * @returns ends that
   */
  follow(component: string, onChange: (active: ComponentCapture | undefined) => void): () => void {
    const followers = this.#onChange.get(component) ?? new Set();
    this.#onChange.set(component, followers);
    followers.add(onChange);
    onChange(this.#active.get(component));
    return () => {
      followers.delete(onChange);
      if (followers.size === 0) this.#onChange.delete(component);
    };
  }

  #drop(component: string): void {
    this.#active.delete(component);
    this.#tell(component, undefined);
  }

  #tell(component: string, active: ComponentCapture | undefined): void {
    for (const onChange of this.#onChange.get(component) ?? []) onChange(active);
  }
}

/** What is recorded of one component. */
export interface ComponentCapture {
  /** `undefined`: this invocation is not recorded. */
  begin(): InvocationRecording | undefined;
}

class ActiveCapture implements ComponentCapture {
  readonly id: string;
  readonly #order: CaptureOrder;
  readonly #options: {
    readonly post: (captured: CapturedLine) => void;
    readonly now: () => number;
    readonly limits: RecordingLimits | undefined;
    readonly onOver: () => void;
  };
  #left: number;
  #until: number;
  #atOnce = 0;

  constructor(
    order: CaptureOrder,
    options: {
      readonly post: (captured: CapturedLine) => void;
      readonly now: () => number;
      readonly limits: RecordingLimits | undefined;
      readonly onOver: () => void;
    },
  ) {
    this.id = order.capture;
    this.#order = order;
    this.#options = options;
    this.#left = order.count;
    this.#until = options.now() + order.forMs;
  }

  /** @returns whether it records more */
  goOn(forMs: number): boolean {
    this.#until = this.#options.now() + forMs;
    return this.#left > 0;
  }

  begin(): InvocationRecording | undefined {
    const { post, now, limits, onOver } = this.#options;
    if (this.#left <= 0 || now() > this.#until) {
      onOver();
      return undefined;
    }
    if (this.#atOnce >= maxAtOnce) return undefined;
    this.#atOnce++;
    this.#left--;
    const { component, mask } = this.#order;
    return new InvocationRecording({
      component,
      masks: new Masks(mask),
      ...(limits && { limits }),
      onOver: (record) => {
        this.#atOnce--;
        if (record === undefined) this.#left++;
        else post({ capture: this.id, line: JSON.stringify(record) });
      },
    });
  }
}
