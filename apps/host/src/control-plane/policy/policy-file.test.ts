import { describe, expect, it } from 'vitest';
import { decideByRules, type PolicyRules, parsePolicyFile } from './policy-file.js';
import type { PolicyQuestion } from './policy-request.js';

const parse = (document: unknown): PolicyRules => parsePolicyFile(JSON.stringify(document));

function start(componentId: string, imageRef: string, issuer?: string): PolicyQuestion {
  const claims =
    issuer === undefined ? null : { publicKey: 'M', issuer, issuedAt: '1', expiresAt: null, expired: false };
  return {
    kind: 'startComponent',
    request: { componentId, imageRef, maxInstances: 1, annotations: {}, claims },
  };
}

function call(componentId: string, instance: string, func: string): PolicyQuestion {
  const target = { componentId, imageRef: 'x', maxInstances: 0, annotations: {}, claims: null };
  return { kind: 'performInvocation', request: { interface: instance, function: func, target } };
}

describe('rules', () => {
  const rules = parse({
    rules: [
      { deny: 'startComponent', component: 'billing-*', message: 'billing runs elsewhere' },
      { allow: 'startComponent', image: ['ghcr.io/acme/*', 'file:///opt/*'], issuer: 'ACME' },
      { allow: 'performInvocation', interface: 'acme:*', function: 'get-*' },
    ],
  });

  it('decide by the first one that fits, else by the default', () => {
    expect(decideByRules(rules, start('shop', 'ghcr.io/acme/shop:1', 'ACME'))).toMatchObject({
      permitted: true,
    });
    expect(decideByRules(rules, start('billing-1', 'ghcr.io/acme/shop:1', 'ACME'))).toEqual({
      permitted: false,
      message: 'billing runs elsewhere',
    });
    expect(decideByRules(rules, start('shop', 'docker.io/x', 'ACME'))).toEqual({
      permitted: false,
      message: 'no rule of the policy file allows it',
    });
    expect(decideByRules(rules, call('shop', 'acme:shop/cart@1.0.0', 'get-all')).permitted).toBe(true);
    expect(decideByRules(rules, call('shop', 'acme:shop/cart@1.0.0', 'drop-all')).permitted).toBe(false);
    expect(decideByRules(parse({ default: 'allow', rules: [] }), call('a', 'b', 'c')).permitted).toBe(true);
  });

  it('do not fit what is not known', () => {
    expect(decideByRules(rules, start('shop', 'ghcr.io/acme/shop:1')).permitted).toBe(false);
    const any = parse({ rules: [{ allow: 'startComponent', issuer: '*' }] });
    expect(decideByRules(any, start('shop', 'x')).permitted).toBe(false);
  });

  it('say which one denied', () => {
    const denying = parse({ default: 'allow', rules: [{ deny: 'startComponent' }] });
    expect(decideByRules(denying, start('a', 'b')).message).toBe('rule 1 of the policy file');
  });
});

it.each([
  ['[', 'it is no JSON'],
  ['[]', 'the file must be an object'],
  ['{"rules":{}}', 'rules must be a list'],
  ['{"rules":[],"defualt":"allow"}', 'the file has "defualt": it may have default, rules'],
  ['{"rules":[],"default":"maybe"}', 'default must be "allow" or "deny"'],
  ['{"rules":[{}]}', 'rule 1 needs either "allow" or "deny"'],
  ['{"rules":[{"allow":"start"}]}', 'rule 1 has "start": expected one of startComponent'],
  [
    '{"rules":[{"allow":"startProvider","component":"a"}]}',
    'rule 1, of startProvider, has "component": it may have provider, image, issuer',
  ],
  [
    '{"rules":[{"allow":["startComponent","startProvider"],"component":"a"}]}',
    'of startProvider, has "component"',
  ],
  ['{"rules":[{"allow":"startComponent","__proto__":"x"}]}', 'has "__proto__"'],
  ['{"rules":[{"allow":"startComponent","image":[]}]}', 'image of rule 1 must be a text or a list of texts'],
])('%s is refused by name', (text, message) => {
  expect(() => parsePolicyFile(text)).toThrow(message);
});
