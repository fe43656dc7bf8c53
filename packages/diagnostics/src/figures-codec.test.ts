import { describe, expect, it } from 'vitest';
import {
  decodeFiguresPage,
  decodeFiguresRequest,
  encodeFiguresPage,
  encodeFiguresRequest,
  pageOf,
} from './figures-codec.js';
import { someComponent, someFigures, someProvider } from './testing/some-figures.js';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('figures of a host', () => {
  it('come back as they went, in the words of the lattice', () => {
    const figures = someFigures();
    const encoded = encodeFiguresPage(pageOf(figures, 0));
    expect(decodeFiguresPage(encoded)).toEqual({ figures, next: undefined });
    expect(JSON.parse(Buffer.from(encoded).toString())).toMatchObject({
      version: 1,
      host_id: 'NHOST',
      components: [{ id: 'hello', image_ref: 'file:///hello.wasm', max_instances: 10, duration_ms: 12 }],
      providers: [{ id: 'kv', state: 'crash-loop', crashes: 3 }],
    });
  });

  it('come in pages that a NATS message can hold, components first', () => {
    const id = 'x'.repeat(200);
    const figures = someFigures({
      components: Array.from({ length: 250 }, (_, i) =>
        someComponent({ id: `${i}${id}`, imageRef: id, durations: Array.from({ length: 19 }, () => 1e12) }),
      ),
      providers: Array.from({ length: 250 }, (_, i) =>
        someProvider({ id: `${i}${id}`, imageRef: id, reason: 'x'.repeat(5_000) }),
      ),
    });
    const pages = [0, 200, 400].map((from) => encodeFiguresPage(pageOf(figures, from)));
    for (const page of pages) expect(page.length).toBeLessThan(512 * 1_024);
    const decoded = pages.map(decodeFiguresPage);
    expect(decoded.map(({ next }) => next)).toEqual([200, 400, undefined]);
    expect(decoded.flatMap(({ figures: { components } }) => components)).toHaveLength(250);
    expect(decoded.flatMap(({ figures: { providers } }) => providers.map(({ id }) => id))).toEqual(
      figures.providers.map(({ id }) => id),
    );
  });

  it('are asked for from the beginning unless the request says otherwise', () => {
    expect(decodeFiguresRequest(new Uint8Array())).toBe(0);
    expect(decodeFiguresRequest(encodeFiguresRequest(200))).toBe(200);
    expect(() => decodeFiguresRequest(bytes({ from: -1 }))).toThrow('from');
  });

  it('of a later host are read as far as they are known', () => {
    const { figures } = decodeFiguresPage(
      bytes({
        version: 1,
        host_id: 'N',
        process: { budgets: [] },
        components: [],
        providers: [{ id: 'kv', state: 'resting' }],
        news: 1,
      }),
    );
    expect(figures.providers).toMatchObject([{ id: 'kv', state: 'failed' }]);
    expect(() => decodeFiguresPage(bytes({ components: [] }))).toThrow('host_id');
  });
});
