import { matchesGlob } from './glob.js';
import type { PolicyKind, PolicyQuestion } from './policy-request.js';

/** Rules of a local file: the first one that fits decides. */
export interface PolicyRules {
  readonly rules: readonly PolicyRule[];
  readonly otherwise: 'allow' | 'deny';
}

export interface PolicyRule {
  readonly effect: 'allow' | 'deny';
  readonly kinds: readonly PolicyKind[];
  /** Patterns by the name of the fact; one of each has to fit. */
  readonly patterns: readonly (readonly [fact: string, patterns: readonly string[]])[];
  readonly message: string | undefined;
}

/** A policy file that can't be used; the message names the rule and the member. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
}

/** What rules may ask for, by kind. */
const factNames: Readonly<Record<PolicyKind, readonly string[]>> = {
  startComponent: ['component', 'image', 'issuer'],
  startProvider: ['provider', 'image', 'issuer'],
  performInvocation: ['component', 'image', 'issuer', 'interface', 'function'],
  putLink: ['source', 'target', 'name', 'package'],
};

const kinds = Object.keys(factNames) as PolicyKind[];

/**
 * Reads `{"default": "deny", "rules": [{"allow": "startComponent", "image": "ghcr.io/acme/*"}]}`.
 *
 * @throws PolicyFileError
 */
export function parsePolicyFile(text: string): PolicyRules {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new PolicyFileError(`it is no JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const { default: otherwise = 'deny', rules, ...others } = membersOf(document, 'the file');
  refuseOthers(Object.keys(others), 'the file', ['default', 'rules']);
  if (otherwise !== 'allow' && otherwise !== 'deny') {
    throw new PolicyFileError('default must be "allow" or "deny"');
  }
  if (!Array.isArray(rules)) throw new PolicyFileError('rules must be a list');
  return { otherwise, rules: rules.map((rule, index) => parseRule(rule, `rule ${index + 1}`)) };
}

/** What the rules say; `undefined` as message where a rule has none. */
export function decideByRules(
  { rules, otherwise }: PolicyRules,
  question: PolicyQuestion,
): { readonly permitted: boolean; readonly message: string | undefined } {
  const facts = factsOf(question);
  const index = rules.findIndex((rule) => fits(rule, question.kind, facts));
  const rule = rules[index];
  if (rule === undefined) {
    return {
      permitted: otherwise === 'allow',
      message: otherwise === 'allow' ? undefined : 'no rule of the policy file allows it',
    };
  }
  const permitted = rule.effect === 'allow';
  return {
    permitted,
    message: rule.message ?? (permitted ? undefined : `rule ${index + 1} of the policy file`),
  };
}

function fits(
  { kinds, patterns }: PolicyRule,
  kind: PolicyKind,
  facts: ReadonlyMap<string, string>,
): boolean {
  return (
    kinds.includes(kind) &&
    patterns.every(([fact, globs]) => {
      const value = facts.get(fact);
      return value !== undefined && globs.some((glob) => matchesGlob(glob, value));
    })
  );
}

/** What is not known of something, as the issuer of what nobody signed, fits no pattern. */
function factsOf(question: PolicyQuestion): ReadonlyMap<string, string> {
  switch (question.kind) {
    case 'startComponent': {
      const { componentId, imageRef, claims } = question.request;
      return known({ component: componentId, image: imageRef, issuer: claims?.issuer });
    }
    case 'startProvider': {
      const { providerId, imageRef, claims } = question.request;
      return known({ provider: providerId, image: imageRef, issuer: claims?.issuer });
    }
    case 'performInvocation': {
      const { target, interface: instance, function: func } = question.request;
      const { componentId, imageRef, claims } = target;
      return known({
        component: componentId,
        image: imageRef,
        issuer: claims?.issuer,
        interface: instance,
        function: func,
      });
    }
    case 'putLink': {
      const { sourceId, target, name, witNamespace, witPackage } = question.request;
      return known({ source: sourceId, target, name, package: `${witNamespace}:${witPackage}` });
    }
  }
}

function known(facts: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function parseRule(value: unknown, name: string): PolicyRule {
  const { allow, deny, message, ...patterns } = membersOf(value, name);
  if ((allow === undefined) === (deny === undefined)) {
    throw new PolicyFileError(
      `${name} needs either "allow" or "deny", with one or several of ${kinds.join(', ')}`,
    );
  }
  if (message !== undefined && typeof message !== 'string') {
    throw new PolicyFileError(`message of ${name} must be a text`);
  }
  const ruleKinds = textsOf(allow ?? deny, `${allow === undefined ? 'deny' : 'allow'} of ${name}`).map(
    (text) => {
      const kind = kinds.find((each) => each === text);
      if (kind !== undefined) return kind;
      throw new PolicyFileError(`${name} has ${JSON.stringify(text)}: expected one of ${kinds.join(', ')}`);
    },
  );
  for (const kind of ruleKinds) refuseOthers(Object.keys(patterns), `${name}, of ${kind},`, factNames[kind]);
  return {
    effect: allow === undefined ? 'deny' : 'allow',
    kinds: ruleKinds,
    patterns: Object.entries(patterns).map(([fact, given]) => [fact, textsOf(given, `${fact} of ${name}`)]),
    message,
  };
}

function membersOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new PolicyFileError(`${name} must be an object`);
}

function textsOf(value: unknown, name: string): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (texts.length > 0 && texts.every((text): text is string => typeof text === 'string')) return texts;
  throw new PolicyFileError(`${name} must be a text or a list of texts`);
}

/** A member that means nothing would let a rule fit more than was meant. */
function refuseOthers(given: readonly string[], name: string, allowed: readonly string[]): void {
  const other = given.find((each) => !allowed.includes(each));
  if (other === undefined) return;
  throw new PolicyFileError(`${name} has ${JSON.stringify(other)}: it may have ${allowed.join(', ')}`);
}
