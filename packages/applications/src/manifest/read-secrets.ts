import { referenceToConfig } from '@wasmlattice/secrets';
import type { ConfigEntry } from './manifest.js';
import type { NodeReader } from './node-reader.js';

/** Policies of a manifest that say which backend has secrets, and what it wants to know. */
export type SecretPolicies = ReadonlyMap<
  string,
  { readonly backend: string; readonly properties: Readonly<Record<string, string>> }
>;

const secretPolicy = 'policy.secret.wasmcloud.dev/v1alpha1';

/** The policies of `spec` that are about secrets; others are not known and have no effect. */
export function readSecretPolicies(node: NodeReader): SecretPolicies {
  const policies = new Map<string, { backend: string; properties: Readonly<Record<string, string>> }>();
  for (const item of node.items()) {
    if (!item.expectMapping(['name', 'type', 'properties'])) continue;
    const name = item.get('name').text();
    const type = item.get('type').text();
    if (name === undefined || type === undefined) continue;
    if (policies.has(name)) item.get('name').problem(`there is another policy named \`${name}\``);
    if (type !== secretPolicy) {
      item.get('type').warning(`the policy type \`${type}\` is not known and has no effect`);
      continue;
    }
    const { backend, ...properties } = item.get('properties').texts();
    if (backend === undefined) item.get('properties').problem('needs `backend`');
    else policies.set(name, { backend, properties });
  }
  return policies;
}

/** Secrets of a component, a provider or one side of a link, as references that are stored like configs. */
export function readSecrets(node: NodeReader, policies: SecretPolicies): ConfigEntry[] {
  return node.items().flatMap((item) => {
    if (!item.expectMapping(['name', 'properties'])) return [];
    const name = item.get('name').text();
    const properties = item.get('properties');
    if (name === undefined || !properties.expectMapping(['policy', 'key', 'field', 'version'])) return [];
    const policyName = properties.get('policy').text();
    const key = properties.get('key').text();
    if (policyName === undefined || key === undefined) return [];
    const policy = policies.get(policyName);
    if (policy === undefined) {
      properties
        .get('policy')
        .problem(`there is no policy \`${policyName}\` of type \`${secretPolicy}\` in \`spec.policies\``);
      return [];
    }
    const [field, version] = [
      properties.get('field').optionalText(),
      properties.get('version').optionalText(),
    ];
    const reference = referenceToConfig({ name, key, field, version, ...policy });
    return [{ name, properties: reference, isSecret: true }];
  });
}
