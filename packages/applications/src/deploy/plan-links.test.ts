import type { Link } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../manifest/parse.js';
import { manifestLinks, planPuts } from './plan-links.js';
import { describeStep } from './steps.js';

function link(target: string, ...interfaces: string[]): Link {
  const slot = { sourceId: 'front', name: 'default', witNamespace: 'example', witPackage: 'depot' };
  return { ...slot, target, interfaces, sourceConfig: [], targetConfig: [] };
}

const plan = (wanted: readonly Link[], there: readonly Link[]) => {
  const { steps, links } = planPuts(wanted, there);
  return { lines: steps.map(describeStep), steps, links };
};

describe('planPuts', () => {
  it('moves one of two links and leaves the other where it is', () => {
    const there = [link('near', 'cache'), link('far', 'query', 'ledger')];
    const { lines, steps, links } = plan([link('near', 'cache'), link('far2', 'query', 'ledger')], there);
    expect(lines).toEqual([
      'link front example:depot to near',
      'delete link front example:depot to far',
      'link front example:depot to far2',
    ]);
    expect(steps[1]).toMatchObject({ link: { target: 'far' }, beside: [{ target: 'near' }] });
    expect(links).toEqual([link('near', 'cache'), link('far2', 'query', 'ledger')]);
  });

  it('takes an interface from one link before another gets it', () => {
    const { lines } = plan([link('far', 'cache', 'query'), link('near', 'cache2')], [link('near', 'cache')]);
    expect(lines).toEqual(['link front example:depot to near', 'link front example:depot to far']);
  });

  it('swaps the interfaces of two links by way of one that goes', () => {
    const { lines, links } = plan(
      [link('near', 'query'), link('far', 'cache')],
      [link('near', 'cache'), link('far', 'query')],
    );
    expect(lines).toEqual([
      'delete link front example:depot to far',
      'link front example:depot to near',
      'link front example:depot to far',
    ]);
    expect(links).toEqual([link('near', 'query'), link('far', 'cache')]);
  });

  it('leaves links of other names, sources and packages alone', () => {
    const there = [
      { ...link('near', 'cache'), name: 'other' },
      { ...link('near', 'cache'), sourceId: 'back' },
      { ...link('near', 'cache'), witPackage: 'shop' },
    ];
    expect(plan([link('far', 'cache')], there).lines).toEqual(['link front example:depot to far']);
  });
});

describe('the links of a manifest', () => {
  const component = (traits: string) => `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  components:
    - { name: depot, type: component, properties: { image: "d:1" }, traits: [{ type: spreadscaler, properties: { instances: 1 } }] }
    - { name: front, type: component, properties: { image: "f:1" }, traits: [{ type: spreadscaler, properties: { instances: 1 } }, ${traits}] }`;
  const trait = (interfaces: string, more = '') =>
    `{ type: link, properties: { target: { name: depot ${more} }, namespace: example, package: depot, interfaces: [${interfaces}] } }`;

  it('that would replace each other are one', () => {
    const { manifest } = parseManifest(component(`${trait('cache')}, ${trait('query, ledger')}`), 'app.yaml');
    const [, front] = manifest.components;
    if (front === undefined) throw new Error('the manifest has lost its second component');
    expect(manifestLinks(manifest, front)).toMatchObject([
      { target: 'shop-depot', interfaces: ['cache', 'query', 'ledger'] },
    ]);
  });

  it('that would replace each other must not differ in their configs', () => {
    const text = component(`${trait('cache')}, ${trait('query', ', config: [{ name: slow }]')}`);
    expect(() => parseManifest(text, 'app.yaml')).toThrow(
      'has two links to `depot` named `default` for example:depot, which are one link in a lattice, with different configs',
    );
  });
});
