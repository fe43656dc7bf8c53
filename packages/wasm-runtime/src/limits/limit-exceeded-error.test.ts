import { expect, it } from 'vitest';
import { GuestLimits } from './guest-limits.js';
import { exceededLimit } from './limit-exceeded-error.js';

const shop = new GuestLimits('shop', { handles: 16 });

it('names component, limit, value, and what raises it', () => {
  expect(shop.exceeded('handles', 'holds 17 resources')).toMatchObject({
    name: 'LimitExceededError',
    component: 'shop',
    limit: 'handles',
    allowed: 16,
    message:
      'component "shop" holds 17 resources; its limit "handles" is 16: raise the component\'s config wasmlattice.dev/limits.handles or the host\'s --max-handles',
  });
});

it('is found behind what it caused, unless it is the limit of another component', () => {
  const exceeded = shop.exceeded('handles', 'holds 17 resources');
  const trapped = new Error('trapped', { cause: new Error('called', { cause: exceeded }) });
  expect(exceededLimit(exceeded, 'shop')).toBe(exceeded);
  expect(exceededLimit(trapped, 'shop')).toBe(exceeded);
  expect(exceededLimit(trapped, 'caller')).toBeUndefined();
  expect(exceededLimit('text', 'shop')).toBeUndefined();
  const endless = new Error('endless');
  endless.cause = endless;
  expect(exceededLimit(endless, 'shop')).toBeUndefined();
});
