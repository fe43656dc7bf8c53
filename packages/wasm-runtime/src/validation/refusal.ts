import {
  type CountedLimit,
  describePlace,
  featureTitle,
  type Verdict,
} from '@wasmlattice/component-validator';
import { UnsupportedComponentError } from '../engines/direct/unsupported-component-error.js';
import { ComponentLimitError } from '../errors.js';
import { InvalidComponentError } from '../formats/component/errors.js';
import type { FixedLimitName } from '../limits/limit-table.js';

/** The limit on each count, and what it is of: the end of "has 70000 …". */
const counted: Readonly<Record<CountedLimit, readonly [FixedLimitName, string]>> = {
  nesting: ['component-nesting', 'components and core modules within one another'],
  parts: ['component-parts', 'components and core modules'],
  types: ['component-types', 'types'],
  instances: ['component-instances', 'instances of components and core modules'],
  imports: ['component-imports', 'imports'],
  exports: ['component-exports', 'exports'],
  'name-bytes': ['component-name-bytes', 'bytes of names of imports and exports'],
};

/** The error that tells whoever has the component why it does not start; `undefined` for a valid one. */
export function refusalOf(verdict: Verdict, component: string): Error | undefined {
  switch (verdict.kind) {
    case 'valid':
      return undefined;
    case 'invalid': {
      const { message, offset, place } = verdict;
      return new InvalidComponentError(`${message}, in ${describePlace(place)}`, offset);
    }
    case 'unsupported': {
      const { features, offset, place } = verdict;
      const used = features.map((name) => `${featureTitle(name)} (${name})`).join(', ');
      const reason = `it uses ${used}, which are off, in ${describePlace(place)} (at byte ${offset})`;
      // They are off for every engine.
      return new UnsupportedComponentError(component, reason, 'build it without that');
    }
    case 'limit': {
      const { limit, found, allowed, place } = verdict;
      const [name, unit] = counted[limit];
      const what = `has at least ${found} ${unit} (${describePlace(place)})`;
      return new ComponentLimitError(component, name, what, found, allowed);
    }
    case 'exhausted':
      return exhaustion(component, verdict);
  }
}

function exhaustion(
  component: string,
  { resource, allowed = 0 }: Extract<Verdict, { kind: 'exhausted' }>,
): ComponentLimitError {
  const of = (limit: FixedLimitName, what: string): ComponentLimitError =>
    new ComponentLimitError(component, limit, what, allowed, allowed);
  switch (resource) {
    case 'time':
      return of('validation-time', 'takes longer to validate');
    case 'memory':
      return of('validation-memory', 'takes more memory to validate');
    case 'stack':
      return of('component-nesting', 'is nested too deep to be validated');
  }
}
