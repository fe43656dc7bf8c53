import type { Decision } from './decision-cache.js';
import { decideByRules, type PolicyRules } from './policy-file.js';
import type { PolicyQuestion } from './policy-request.js';

/** Somebody who decides. */
export interface PolicySource {
  /** Never rejects. */
  decide(question: PolicyQuestion): Promise<Decision>;
}

/** The rules of a local file. */
export function rulesSource(rules: PolicyRules): PolicySource {
  return { decide: async (question) => ({ ...decideByRules(rules, question), isFinal: true }) };
}
