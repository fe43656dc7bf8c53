import type { Attributes, AttributeValue } from '@wasmlattice/telemetry';

/** Without those that have no value: a series of measurements is told apart by the others. */
export function presentAttributes(attributes: Attributes = {}): Record<string, AttributeValue> {
  const present: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) present[name] = value;
  }
  return present;
}
