import { noopLogger } from '@wasmlattice/telemetry';
import { expect, it } from 'vitest';
import type { AuditEntry } from '../audit/audit-trail.js';
import { keyvalueLink } from '../testing/fakes.js';
import type { Decision } from './decision-cache.js';
import { createPolicyGate, type PolicyGate } from './policy-gate.js';
import type { PolicyQuestion } from './policy-request.js';

const component = {
  componentId: 'shop',
  imageRef: 'reg/shop:1',
  maxInstances: 2,
  annotations: { a: 'b' },
  token: undefined,
};
const provider = { providerId: 'http', imageRef: 'http-server', annotations: {}, token: undefined };

function setUp(
  decide: (question: PolicyQuestion) => Partial<Decision> = () => ({}),
  asksLinks = false,
): { gate: PolicyGate; asked: PolicyQuestion[]; records: AuditEntry[] } {
  const asked: PolicyQuestion[] = [];
  const records: AuditEntry[] = [];
  const source = {
    async decide(question: PolicyQuestion) {
      asked.push(question);
      return { permitted: true, message: undefined, isFinal: true, requestId: 'R1', ...decide(question) };
    },
  };
  const gate = createPolicyGate({
    sources: [source],
    asksLinks,
    audit: { record: (entry) => void records.push(entry) },
    logger: noopLogger,
  });
  return { gate, asked, records };
}

it('denies in the words of wasmCloud', async () => {
  const { gate } = setUp(() => ({ permitted: false, message: 'not this one' }));
  await expect(gate.allowComponentStart(component)).rejects.toThrow(
    'Policy denied request to scale component `shop`: `"not this one"`',
  );
  await expect(gate.allowProviderStart(provider)).rejects.toThrow(
    'policy denied request to start provider `R1`: `Some("not this one")`',
  );
  const silent = setUp(() => ({ permitted: false })).gate;
  await expect(silent.allowComponentStart(component)).rejects.toThrow(/component `shop`$/);
  await expect(silent.allowProviderStart(provider)).rejects.toThrow(/: `None`$/);
});

it('asks about calls with what is known of the component that started, and no instances', async () => {
  const { gate, asked } = setUp();
  await gate.allowComponentStart(component);
  await gate.decideInvocation?.(component, { instance: 'acme:shop/cart', func: 'add' });
  const { token: _, ...subject } = component;
  expect(asked[1]).toEqual({
    kind: 'performInvocation',
    request: {
      interface: 'acme:shop/cart',
      function: 'add',
      target: { ...subject, maxInstances: 0, claims: null },
    },
  });
});

it('asks about links only if it is to', async () => {
  const denied = (): Partial<Decision> => ({ permitted: false, message: 'no' });
  await setUp(denied).gate.allowLink(keyvalueLink());
  await expect(setUp(denied, true).gate.allowLink(keyvalueLink())).rejects.toThrow(
    'policy denied request to link counter to kv: no',
  );
});

it('keeps account of what was decided', async () => {
  const { gate, records } = setUp(({ kind }) => ({ permitted: kind !== 'startProvider', message: 'why' }));
  await gate.allowComponentStart(component);
  await gate.allowProviderStart(provider).catch(() => {});
  expect(records).toMatchObject([
    { category: 'policy', operation: 'startComponent', target: 'shop', outcome: 'ok' },
    { category: 'policy', operation: 'startProvider', target: 'http', outcome: 'refused', message: 'why' },
  ]);
});

it('takes ids that are names of object members for what they are', async () => {
  const { gate, asked } = setUp();
  for (const componentId of ['__proto__', 'constructor', 'toString']) {
    await gate.allowComponentStart({ ...component, componentId });
    await gate.decideInvocation?.(
      { componentId, imageRef: component.imageRef },
      { instance: 'a', func: 'b' },
    );
  }
  expect(asked).toHaveLength(6);
});
