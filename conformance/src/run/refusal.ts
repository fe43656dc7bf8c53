import { failed, type Outcome, unsupported } from './outcome.js';

/** Why an engine did not take a component. */
export type Refusal =
  /** It says the component is wrong. */
  | { readonly kind: 'invalid'; readonly detail: string }
  /** It says that it lacks something, or that the component is too large. */
  | { readonly kind: 'unsupported'; readonly feature: string };

/** Errors are known by their names: the runner looks at what the engines say, not at how they are made. */
export function refusalOf(error: unknown): Refusal {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'InvalidComponentError':
      return isOutdated(message)
        ? { kind: 'unsupported', feature: 'a form of binaries that the specification gave up' }
        : { kind: 'invalid', detail: message };
    case 'UnsupportedComponentError':
      return { kind: 'unsupported', feature: featureOf((error as { readonly reason: string }).reason) };
    case 'ComponentLimitError':
    case 'MemoryLimitError':
      return { kind: 'unsupported', feature: `limit ${(error as { readonly limit: string }).limit}` };
    case 'CompileError':
      // V8 has refused a core module, or jco's generator the component.
      return { kind: 'invalid', detail: message };
    default:
      return { kind: 'unsupported', feature: `${name}: ${featureOf(message)}` };
  }
}

/** The validator knows forms that were valid when a suite was written, and says so. */
function isOutdated(message: string): boolean {
  return /historically accepted/.test(message);
}

/** For a component that must be taken. */
export function outcomeOfRefusal(refusal: Refusal): Outcome {
  return refusal.kind === 'invalid' ? failed('refused valid', refusal.detail) : unsupported(refusal.feature);
}

/** A reason without what is particular to one component, so that reasons can be counted. */
function featureOf(reason: string): string {
  const [first = ''] = reason.split('\n');
  return first
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/\d+/g, 'N')
    .slice(0, 120);
}
