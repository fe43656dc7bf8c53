import type { PolicyQuestion } from './policy-request.js';
import { questionKey } from './policy-request.js';

/** What was decided, and for whom it holds. */
export interface Decision {
  readonly permitted: boolean;
  readonly message: string | undefined;
  /** Whether it holds until another is announced; else for this one time, as nobody answered. */
  readonly isFinal: boolean;
  /** The question that was asked; absent where no service was. */
  readonly requestId?: string | undefined;
}

interface CachedDecision {
  readonly decision: Decision;
  /** Instances that were asked for: a decision to permit them says nothing of more. */
  readonly maxInstances: number;
}

/** Least recently decided ones go first, and are asked for again. */
const maxDecisions = 10_000;

/**
 * Decisions of this host's life, both ways, by question; what a service announces replaces them by the id of the request
 * (docs/spec/security.md#8.3).
 */
export class DecisionCache {
  readonly #decisions = new Map<string, CachedDecision>();
  /** Ids of questions, each with its key. */
  readonly #requests = new Map<string, string>();

  find(question: PolicyQuestion): Decision | undefined {
    const cached = this.#decisions.get(questionKey(question));
    if (cached === undefined) return undefined;
    return cached.decision.permitted && instancesOf(question) > cached.maxInstances
      ? undefined
      : cached.decision;
  }

  /** Known from before the answer is there: a change may be announced at once. */
  expect(requestId: string, question: PolicyQuestion): void {
    this.#requests.set(requestId, questionKey(question));
    dropOldest(this.#requests);
  }

  set(question: PolicyQuestion, decision: Decision): void {
    this.#put(questionKey(question), { decision, maxInstances: instancesOf(question) });
  }

  /** @returns whether the request is one of this host */
  override(requestId: string, { permitted, message }: Pick<Decision, 'permitted' | 'message'>): boolean {
    const key = this.#requests.get(requestId);
    if (key === undefined) return false;
    const maxInstances = Number.POSITIVE_INFINITY;
    this.#put(key, { decision: { permitted, message, requestId, isFinal: true }, maxInstances });
    return true;
  }

  #put(key: string, decision: CachedDecision): void {
    this.#decisions.delete(key);
    this.#decisions.set(key, decision);
    dropOldest(this.#decisions);
  }
}

function instancesOf(question: PolicyQuestion): number {
  return question.kind === 'startComponent' ? question.request.maxInstances : 0;
}

function dropOldest(entries: Map<string, unknown>): void {
  if (entries.size <= maxDecisions) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
