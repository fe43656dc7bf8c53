import { expect, it } from 'vitest';
import { adviceOnMissing } from './missing-part.js';

const fetching = 'Unable to fetch requested secrets: ';

it.each([
  [
    `${fetching}Secret config SECRET_pasword not found in config store, could not create secret request`,
    /`wasmlattice secrets put pasword BACKEND KEY`$/,
  ],
  [
    `${fetching}entity did not have an embedded JWT, required to fetch secrets (was this entity signed during build?)`,
    /`wasmlattice claims sign FILE` signs a component/,
  ],
  [
    `${fetching}SECRET_password (key door of backend nats-kv) server error: Error fetching secret: unauthorized`,
    /`wasmlattice secrets store allow PUBLIC-KEY door`/,
  ],
  ['Specified configuration words does not exist', /`wasmlattice config put words key=value`$/],
  ['Configuration words not found in config store', /`wasmlattice config put words key=value`$/],
])('of %j it says how to bring what is missing', (reason, advice) => {
  expect(adviceOnMissing(reason)).toMatch(advice);
});

it('says nothing of other reasons', () => {
  expect(adviceOnMissing('failed to fetch component: registry.test/web:1')).toBeUndefined();
});
