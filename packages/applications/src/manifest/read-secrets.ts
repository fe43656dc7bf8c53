import type { StringMap } from '@wasmlattice/control-interface';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { referenceToConfig } from '@wasmlattice/secrets';
import type { ConfigEntry } from './manifest.js';
import type { NodeReader } from './node-reader.js';
import type { ReadContext } from './places.js';

/** A policy says which backend has secrets, and what it wants to know; one of another type is for others. */
type Policy =
  | { readonly kind: 'secrets'; readonly backend: string; readonly properties: StringMap }
  | { readonly kind: 'other'; readonly type: string };

/** The policies of a manifest by their names. */
export type SecretPolicies = ReadonlyMap<string, Policy>;

const secretPolicy = 'policy.secret.wasmcloud.dev/v1alpha1';

/** The policies of `spec` that are about secrets; others are not known and have no effect. */
export function readSecretPolicies(node: NodeReader): SecretPolicies {
  const policies = new Map<string, Policy>();
  for (const item of node.items()) {
    if (!item.expectMapping(['name', 'type', 'properties'])) continue;
    const name = item.get('name').text();
    const type = item.get('type').text();
    if (name === undefined || type === undefined) continue;
    if (policies.has(name)) item.get('name').problem(`there is another policy named \`${name}\``);
    if (type !== secretPolicy) {
      policies.set(name, { kind: 'other', type });
      const meant = closestWord(type, [secretPolicy]);
      if (meant !== undefined)
        item.get('type').problem(`there is no policy of type \`${type}\`: write \`${meant}\``);
      else item.get('type').warning(`the policy type \`${type}\` is not known and has no effect`);
      continue;
    }
    const { backend = '', ...properties } = item.get('properties').texts();
    if (backend === '') item.get('properties').problem('needs `backend`');
    policies.set(name, { kind: 'secrets', backend, properties });
  }
  return policies;
}

/** Secrets of a component, a provider or one side of a link, as references that are stored like configs. */
export function readSecrets(node: NodeReader, { places, policies }: ReadContext): ConfigEntry[] {
  return node.items().flatMap((item) => {
    if (!item.expectMapping(['name', 'properties'])) return [];
    const name = item.get('name').text();
    const properties = item.get('properties');
    if (name === undefined || !properties.expectMapping(['policy', 'key', 'field', 'version'])) return [];
    const policyName = properties.get('policy').text();
    const key = properties.get('key').text();
    if (policyName === undefined || key === undefined) return [];
    const policy = policies.get(policyName);
    if (policy?.kind !== 'secrets') {
      const meant = policy === undefined ? closestWord(policyName, policies.keys()) : undefined;
      const found = policy === undefined ? '' : `: it is of type \`${policy.type}\``;
      properties
        .get('policy')
        .problem(
          `there is no policy \`${policyName}\` of type \`${secretPolicy}\` in \`spec.policies\`` +
            (meant === undefined ? found : `: write \`${meant}\``),
        );
      return [];
    }
    const [field, version] = [
      properties.get('field').optionalText(),
      properties.get('version').optionalText(),
    ];
    const { backend, properties: ofPolicy } = policy;
    const reference = referenceToConfig({ name, key, field, version, backend, properties: ofPolicy });
    const entry: ConfigEntry = { name, properties: reference, isSecret: true };
    places.set(entry, item);
    return [entry];
  });
}
