/** What was decided about the calls of one function of a component. */
export interface InvocationDecision {
  readonly permitted: boolean;
  /** Why not. */
  readonly message?: string | undefined;
  /** Whether it holds until it is told to be forgotten; else it holds for one call. */
  readonly isFinal: boolean;
}

/** Names a function that somebody calls, as on the wire. */
export interface InvokedFunction {
  readonly instance: string;
  readonly func: string;
}

/** Asks the control plane about a function of a generation. Never rejects. */
export type DecideInvocation = (generation: number, invoked: InvokedFunction) => Promise<InvocationDecision>;

/** Decides about a function of a component, for the control plane. Never rejects. */
export type DecideForComponent = (
  component: { readonly componentId: string; readonly imageRef: string },
  invoked: InvokedFunction,
) => Promise<InvocationDecision>;

/** Decides about the calls of one component. What is known is said at once: without a promise it costs a call nearly nothing. */
export interface InvocationGate {
  /** The returned function decides about each call of that function. */
  of(invoked: InvokedFunction): () => InvocationDecision | Promise<InvocationDecision>;
}

/** The decisions that a thread knows, of all its components. */
export class ThreadDecisions {
  readonly #decide: DecideInvocation;
  /** Changes whenever all that was known is forgotten. */
  #epoch = 0;

  constructor(decide: DecideInvocation) {
    this.#decide = decide;
  }

  /** All of them are asked for again. */
  forget(): void {
    this.#epoch += 1;
  }

  gateOf(generation: number): InvocationGate {
    return {
      of: (invoked) => {
        let known: { readonly decision: InvocationDecision; readonly epoch: number } | undefined;
        let asking: { readonly answer: Promise<InvocationDecision>; readonly epoch: number } | undefined;
        const ask = (): Promise<InvocationDecision> => {
          const epoch = this.#epoch;
          if (asking?.epoch === epoch) return asking.answer;
          const answer = this.#decide(generation, invoked).then((decision) => {
            if (asking?.answer === answer) asking = undefined;
            // One that was forgotten while it was on its way is not kept.
            if (decision.isFinal && epoch === this.#epoch) known = { decision, epoch };
            return decision;
          });
          asking = { answer, epoch };
          return answer;
        };
        return () => (known?.epoch === this.#epoch ? known.decision : ask());
      },
    };
  }
}

/** The sentence of wasmCloud, with what was decided. */
export function denialText(componentId: string, message: string | undefined): string {
  const reason = message === undefined ? '' : `: ${message}`;
  return `policy denied request to invoke component ${componentId}${reason}`;
}
