import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { HostFigures } from '@wasmlattice/diagnostics';
import { componentScaled } from '@wasmlattice/events';
import type { SpanRecord, TraceBatch } from '@wasmlattice/telemetry';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SentRequest } from './model/traces.js';
import { type Dashboard, serveDashboard } from './server/serve-dashboard.js';
import { type FakeLattice, startFakeLattice } from './testing/fake-lattice.js';
import { openBrowser } from './testing/open-browser.js';
import { shopLattice } from './testing/shop-lattice.js';

// A browser and its pages are many processes: on a busy machine they need patience.
const patienceMs = 120_000;

let lattice: FakeLattice;
let dashboard: Dashboard;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the page complained about. */
let complaints: string[];

beforeAll(async () => {
  lattice = await startFakeLattice();
  // 1,000 components in 40 applications on three hosts.
  const { hosts, links } = shopLattice(40);
  lattice.links.push(...links);
  for (const [hostId, inventory] of hosts) await lattice.host(hostId, inventory);
  dashboard = await serveDashboard(lattice);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await dashboard?.close();
  await lattice?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  lattice.configs.set('shop-1-kv-config', { url: 'redis://redis.example:6379', password: 'hunter2' });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(patienceMs);
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});
afterEach(async () => {
  await context.close();
});

/** The page as the address opens it, on one of its pages. */
async function open(hash = '#/map'): Promise<void> {
  await page.goto(dashboard.url);
  await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor();
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

describe('the token', () => {
  it('leaves the address bar, is in no request for the page, and stays with the tab', async () => {
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    await open();
    expect(page.url()).toBe(`${dashboard.address}#/map`);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor();
    expect(urls.filter((url) => url.includes(dashboard.token) && !url.includes('#'))).toEqual([]);
    expect(await context.cookies()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('is missing in another tab, which shows nothing of the lattice', async () => {
    await page.goto(dashboard.address);
    await page.getByRole('heading', { name: 'This dashboard is closed' }).waitFor();
    await page.goto(`${dashboard.address}#token=wrong`);
    await page.reload();
    await page.getByRole('heading', { name: 'This dashboard is closed' }).waitFor();
    expect(await page.content()).not.toContain('shop-1');
  });
});

describe('a lattice of 1,000 components', () => {
  it('is drawn folded, and one application unfolded when it is asked for', async () => {
    await open();
    await page.getByText('1,000 components, 80 providers on 3 hosts').waitFor();
    expect(await page.locator('.node').count()).toBe(0);
    await page.getByRole('button', { name: 'shop-1', exact: true }).click();
    const web = page.getByRole('button', { name: 'component web', exact: true });
    await web.click();
    const inspector = page.getByRole('complementary', { name: 'About shop-1-web' });
    await inspector.getByText('Called by').waitFor();
    expect(await inspector.getByRole('listitem').allInnerTexts()).toEqual([
      'shop-1-cart\nshop:cart',
      'shop-1-stock\nshop:stock',
      'shop-1-price\nshop:price',
      'shop-1-http\nwasi:http',
    ]);
  });

  it('is listed with the rows one sees, all of which the keyboard reaches', async () => {
    await open('#/components');
    const table = page.getByRole('table', { name: 'Components' });
    await table.waitFor();
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('1001');
    expect(await table.getByRole('row').count()).toBeLessThan(60);
    await table.getByRole('link', { name: 'shop-1-audit', exact: true }).focus();
    await page.keyboard.press('End');
    await expect.poll(focused).toBe('shop-40-web3');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'shop-40-web3' }).waitFor();
  });

  it('is kept as it is', async () => {
    await open('#/components/shop-1-web');
    const runsOn = page.getByRole('region', { name: 'Runs on' });
    await runsOn.getByRole('cell', { name: '10', exact: true }).waitFor();
    const { hosts } = shopLattice(40);
    const inventory = hosts.get('NB2') ?? {};
    const components = (inventory.components ?? []).map((each) =>
      each.id === 'shop-1-web' ? { ...each, maxInstances: 77 } : each,
    );
    await lattice.host('NB2', { ...inventory, components });
    const scaled = {
      componentId: 'shop-1-web',
      hostId: 'NB2',
      imageRef: 'x',
      annotations: {},
      maxInstances: 77,
    };
    await lattice.emit('NB2', componentScaled(scaled));
    await runsOn.getByRole('cell', { name: '77', exact: true }).waitFor();
    await page.getByRole('region', { name: 'What happened' }).getByText('at most 77 at once').waitFor();
  });
});

/** What a request leads to on two hosts, with a call that fails. */
const traceId = 'a'.repeat(32);
const spanOf = (id: string, startMs: number, endMs: number, attributes: SpanRecord['attributes']) =>
  ({
    name: 'invoke',
    kind: 'client',
    context: { traceId, spanId: id.repeat(16), sampled: true },
    startMs: Date.UTC(2026, 0, 1) + startMs,
    endMs: Date.UTC(2026, 0, 1) + endMs,
    attributes,
  }) as const;
const request = {
  ...spanOf('1', 0, 20, {
    component_id: 'shop-1-web',
    'http.request.method': 'GET',
    'url.path': '/cart',
    'http.response.status_code': 500,
  }),
  name: 'http_request',
};
const call = { instance: 'shop:cart/api', func: 'list', target: 'shop-1-cart' };
const calling = {
  ...spanOf('2', 2, 18, { component_id: 'shop-1-web', ...call }),
  parentSpanId: '1'.repeat(16),
  error: {
    atMs: 0,
    type: 'TrapError',
    message: 'unreachable',
    stack: 'Error: no cart\n  at src/cart.ts:6:11',
  },
};
const called = {
  ...spanOf('3', 5, 15, { component_id: 'shop-1-cart', instance: 'shop:cart/api', func: 'list' }),
  name: 'component_invocation',
  parentSpanId: '2'.repeat(16),
};
const logged = { time: Date.UTC(2026, 0, 1), level: 'info', target: 'component', traceId } as const;

const someHostFigures = (hostId: string): HostFigures => ({
  hostId,
  friendlyName: hostId,
  version: '1.2.3',
  time: Date.now(),
  uptimeSeconds: 1,
  process: { residentBytes: 1e8, cpuMs: 1, servingThreads: 1, budgets: [] },
  durationBoundsMs: [],
  components: [],
  providers: [],
});

/** Has two hosts tell that trace to whoever asks. */
async function tellTrace(of: FakeLattice): Promise<void> {
  const tell = async (hostId: string, batch: Omit<TraceBatch, 'dropped'>): Promise<void> => {
    const onTraces = (): void => queueMicrotask(() => tellOnce());
    const served = await of.tellFigures(hostId, () => someHostFigures(hostId), undefined, onTraces);
    let isTold = false;
    const tellOnce = (): void => {
      if (!isTold) served.traced({ ...batch, dropped: 0 });
      isTold = true;
    };
  };
  const attributes = { component: 'shop-1-cart' };
  await tell('NA1', { spans: [calling, request], logs: [] });
  await tell('NB2', { spans: [called], logs: [{ ...logged, message: 'the cart is empty', attributes }] });
}

describe('a trace', () => {
  it('is put together from two hosts, drawn as a waterfall, and read by keyboard', async () => {
    await tellTrace(lattice);
    await open('#/traces');
    await page.getByRole('link', { name: 'GET /cart' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'GET /cart' }).waitFor();
    const steps = page.getByRole('region', { name: 'Steps' });
    await steps.getByRole('rowheader').nth(2).waitFor();
    expect(await steps.getByRole('rowheader').allInnerTexts()).toEqual([
      'GET /cart',
      expect.stringMatching(/^Level 2:\s*shop:cart\/api list → shop-1-cart\s*failed$/),
      expect.stringMatching(/^Level 3:\s*shop:cart\/api list$/),
    ]);
    await steps.getByText('at src/cart.ts:6:11').waitFor();
    await steps.getByRole('button', { name: 'GET /cart' }).press('Enter');
    await steps.getByText('http.response.status_code').first().waitFor();
    await page.getByRole('region', { name: 'Log' }).getByText('the cart is empty').waitFor();
    await page.getByRole('link', { name: 'All traces' }).press('Enter');
    await page.getByRole('table', { name: 'Traces' }).getByText('500 failed').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('walks the map, tells of a node and comes back', async () => {
    await open();
    await page.getByRole('searchbox').fill('shop-1-');
    const http = page.getByRole('button', { name: 'provider http', exact: true });
    await http.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toContain('web');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'About shop-1-web' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  it('gets to each page, whose heading has the focus then', async () => {
    await open();
    for (const name of ['Hosts', 'Components', 'Providers', 'Links', 'Configs', 'Events', 'Traces']) {
      await page.getByRole('link', { name }).first().focus();
      await page.keyboard.press('Enter');
      await expect.poll(focused).toBe(name);
    }
    expect(complaints).toEqual([]);
  });

  it('edits a config, with what changes shown before it is written', async () => {
    await open('#/configs/shop-1-kv-config');
    await page.getByLabel('Value of url').fill('redis://other.example:6379');
    await page.getByRole('button', { name: 'Review changes…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Store config shop-1-kv-config' });
    await dialog.getByRole('listitem').nth(2).waitFor();
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^−\s*removed:\s*url\s*redis:\/\/redis\.example:6379$/),
      expect.stringMatching(/^\+\s*added:\s*url\s*redis:\/\/other\.example:6379$/),
      expect.stringMatching(/password\s*••••••\s*hidden value$/),
    ]);
    expect(lattice.configs.get('shop-1-kv-config')?.url).toBe('redis://redis.example:6379');
    await dialog.getByRole('button', { name: 'Store' }).press('Enter');
    await page.getByText('Config shop-1-kv-config is stored').waitFor();
    expect(lattice.configs.get('shop-1-kv-config')).toEqual({
      url: 'redis://other.example:6379',
      password: 'hunter2',
    });
  });

  it('puts a link and deletes it', async () => {
    await open('#/links/new');
    const values = { Source: 'shop-1-web', Target: 'shop-1-kv', Namespace: 'wasi', Package: 'blobstore' };
    for (const [label, value] of Object.entries({ ...values, Interfaces: 'blobstore, container' })) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await page.getByRole('button', { name: 'Review changes…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Put' }).press('Enter');
    await page.getByRole('searchbox').fill('blobstore');
    await page.getByRole('link', { name: 'wasi:blobstore/blobstore,container' }).press('Enter');
    await page.getByRole('button', { name: 'Delete…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
    await expect.poll(() => lattice.links.some(({ witPackage }) => witPackage === 'blobstore')).toBe(false);
  });
});

/** Faults of the page by the rules of axe, which has been let in. */
async function scan(): Promise<readonly string[]> {
  const { violations } = await page.evaluate(
    (): Promise<AxeResults> =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        resultTypes: ['violations'],
      }),
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')} ${nodes[0]?.failureSummary}`,
  );
}

/** As a tool of the browser does: the policy of the page lets no script in by another way. */
async function letAxeIn(): Promise<void> {
  await page.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
}

describe('the page of requests of `wasmlattice dev`', () => {
  let own: FakeLattice;
  let debug: Dashboard;
  const sent: SentRequest[] = [];
  let trouble: string | undefined;

  const exchange = (id: string, path: string, attributes: SpanRecord['attributes']) =>
    ({
      ...spanOf(id, 0, 20, {
        component_id: 'shop-1-web',
        'http.request.method': 'PUT',
        'url.path': path,
        'http.request.header.content-length': '2',
        'http.request.header.x-cart': '7',
        'http.response.status_code': 500,
        'http.response.header.content-type': 'text/plain',
        ...attributes,
      }),
      name: 'http_request',
    }) as const;
  const failing = exchange('4', '/cart', {
    'url.query': 'x=1',
    'http.request.body': 'hi',
    'http.request.body.size': 2,
    'http.response.body': 'Error: no cart',
    'http.response.body.size': 14,
  });
  const unread = exchange('5', '/unread', {});

  beforeAll(async () => {
    own = await startFakeLattice();
    const { hosts, links } = shopLattice(1);
    own.links.push(...links);
    for (const [hostId, inventory] of hosts) await own.host(hostId, inventory);
    const asked = Promise.withResolvers<void>();
    const host = await own.tellFigures(
      'NA1',
      () => someHostFigures('NA1'),
      undefined,
      () => asked.resolve(),
    );
    debug = await serveDashboard({
      ...own,
      keepsTraces: true,
      development: {
        shown: (text) => text.replace('component.js:9:1', 'src/cart.ts:3:1'),
        async sendAgain(request) {
          if (trouble !== undefined) throw new Error(trouble);
          sent.push(request);
        },
      },
    });
    await asked.promise;
    const error = {
      atMs: 0,
      type: 'Error',
      message: 'no cart',
      stack: 'Error: no cart\n  at component.js:9:1',
    };
    const other = { ...unread.context, traceId: 'c'.repeat(32) };
    host.traced({
      spans: [
        { ...failing, error },
        { ...unread, context: other },
      ],
      logs: [],
      dropped: 0,
    });
  });
  afterAll(async () => {
    await debug?.close();
    await own?.[Symbol.asyncDispose]();
  });

  /** As the address that `dev` writes. */
  const openRequests = async (): Promise<void> => {
    await page.goto(`${debug.url}/traces`);
    await page.getByRole('heading', { level: 1, name: 'Traces' }).waitFor();
  };

  it('opens at once, shows what failed in the sources, and sends it again, all by keyboard', async () => {
    await openRequests();
    expect(page.url()).toBe(`${debug.address}#/traces`);
    await page.getByRole('link', { name: 'PUT /cart' }).press('Enter');
    await expect.poll(focused).toBe('PUT /cart');
    await page.getByRole('region', { name: 'Steps' }).getByText('at src/cart.ts:3:1').waitFor();
    const both = page.getByRole('region', { name: 'Request and response' });
    const texts = ['x-cart', 'hi', 'Error: no cart', '2 bytes', '14 bytes'];
    for (const text of texts) await both.getByText(text, { exact: true }).first().waitFor();
    const again = both.getByRole('button', { name: 'Send again' });
    await again.focus();
    await page.keyboard.press('Enter');
    await both.getByRole('status').getByText('It is sent: its trace is among the last ones').waitFor();
    expect(sent).toEqual([
      {
        method: 'PUT',
        pathWithQuery: '/cart?x=1',
        headers: { 'content-length': '2', 'x-cart': '7' },
        body: 'hi',
      },
    ]);
    trouble = 'the component is not served at any address';
    await again.press('Enter');
    await both.getByRole('status').getByText(`It could not be sent: ${trouble}`).waitFor();
    trouble = undefined;
    // The browser tells of the answer 502 that the page shows.
    expect(complaints.filter((text) => !text.includes('502'))).toEqual([]);
  });

  it('says why a request can not be sent as it was', async () => {
    await openRequests();
    await page.getByRole('link', { name: 'PUT /unread' }).press('Enter');
    const both = page.getByRole('region', { name: 'Request and response' });
    await both.getByText('The component did not read its body, so it is not kept').waitFor();
    expect(await both.getByRole('button', { name: 'Send again' }).isDisabled()).toBe(true);
  });

  it.each(['light', 'dark'] as const)('has no fault by the rules of axe, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await openRequests();
    await page.getByRole('link', { name: 'PUT /cart' }).waitFor();
    await letAxeIn();
    expect(await scan(), 'traces').toEqual([]);
    await page.getByRole('link', { name: 'PUT /cart' }).press('Enter');
    await page.getByRole('button', { name: 'Send again' }).waitFor();
    expect(await scan(), 'request').toEqual([]);
  });
});

describe('accessibility', () => {
  let small: FakeLattice;
  let smallDashboard: Dashboard;
  beforeAll(async () => {
    small = await startFakeLattice();
    const { hosts, links } = shopLattice(3);
    small.links.push(...links);
    for (const [hostId, inventory] of hosts) await small.host(hostId, inventory);
    small.configs.set('shop-1-kv-config', { url: 'redis://redis.example:6379', password: 'hunter2' });
    await tellTrace(small);
    smallDashboard = await serveDashboard({ ...small, keepsTraces: true });
  });
  afterAll(async () => {
    await smallDashboard?.close();
    await small?.[Symbol.asyncDispose]();
  });

  // One page that walks on: to load it and axe for each is most of the time.
  it.each([
    [
      'light',
      ['#/map', '#/hosts', '#/components/shop-3-web', '#/links', '#/configs/shop-1-kv-config', '#/traces'],
    ],
    [
      'dark',
      ['#/map', '#/components', '#/providers/shop-3-kv', '#/links/new', '#/events', `#/traces/${traceId}`],
    ],
  ] as const)('has no fault by the rules of axe, %s', async (colorScheme, hashes) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(smallDashboard.url);
    await page.getByRole('button', { name: 'component web', exact: true }).first().click();
    await letAxeIn();
    for (const hash of hashes) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      if (hash !== '#/map') {
        await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor({ state: 'detached' });
      }
      if (hash.startsWith('#/traces')) await page.getByText('GET /cart').first().waitFor();
      expect(await scan(), hash).toEqual([]);
    }
  });
});
