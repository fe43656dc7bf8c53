import type { DecideInvocation, InvocationDecision, InvokedFunction } from './invocation-gate.js';

/** Serving thread or isolated process → control plane. */
export interface InvocationQuestion extends InvokedFunction {
  readonly kind: 'may-invoke';
  readonly question: number;
  readonly generation: number;
}

/** Control plane → serving thread or isolated process. */
export interface InvocationVerdict {
  readonly kind: 'decision';
  readonly question: number;
  readonly decision: InvocationDecision;
}

/** The questions of a thread that have no answer yet. */
export class DecisionRequests {
  readonly #post: (question: InvocationQuestion) => void;
  readonly #open = new Map<number, (decision: InvocationDecision) => void>();
  #next = 1;

  constructor(post: (question: InvocationQuestion) => void) {
    this.#post = post;
  }

  readonly ask: DecideInvocation = (generation, invoked) =>
    new Promise((resolve) => {
      const question = this.#next++;
      this.#open.set(question, resolve);
      this.#post({ kind: 'may-invoke', question, generation, ...invoked });
    });

  answer(question: number, decision: InvocationDecision): void {
    this.#open.get(question)?.(decision);
    this.#open.delete(question);
  }
}

/** Has a question decided and the answer sent; `decide` absent: nobody was to ask. */
export function answerQuestion(
  { question, generation, instance, func }: InvocationQuestion,
  decide: DecideInvocation | undefined,
  post: (verdict: InvocationVerdict) => void,
): void {
  const nobody = { permitted: false, message: 'there is nobody to ask', isFinal: false };
  const decided = decide?.(generation, { instance, func }) ?? Promise.resolve(nobody);
  void decided
    .catch((error: unknown) => ({ ...nobody, message: `it could not be decided: ${String(error)}` }))
    .then((decision) => post({ kind: 'decision', question, decision }));
}
