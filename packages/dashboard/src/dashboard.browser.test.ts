import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { componentScaled } from '@wasmlattice/events';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Dashboard, serveDashboard } from './server/serve-dashboard.js';
import { type FakeLattice, startFakeLattice } from './testing/fake-lattice.js';
import { openBrowser } from './testing/open-browser.js';
import { shopLattice } from './testing/shop-lattice.js';

// A browser and its pages are many processes: on a busy machine they need patience.
const patienceMs = 120_000;
vi.setConfig({ testTimeout: patienceMs, hookTimeout: patienceMs });

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
  vi.resetConfig();
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
    expect(await table.getAttribute('aria-rowcount')).toBe('1001');
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
    for (const name of ['Hosts', 'Components', 'Providers', 'Links', 'Configs', 'Events']) {
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
    expect(lattice.links.some(({ witPackage }) => witPackage === 'blobstore')).toBe(false);
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
    smallDashboard = await serveDashboard(small);
  });
  afterAll(async () => {
    await smallDashboard?.close();
    await small?.[Symbol.asyncDispose]();
  });

  it.each([
    ['#/map', 'light'],
    ['#/map', 'dark'],
    ['#/hosts', 'light'],
    ['#/components', 'dark'],
    ['#/components/shop-3-web', 'light'],
    ['#/providers/shop-3-kv', 'dark'],
    ['#/links', 'light'],
    ['#/links/new', 'dark'],
    ['#/configs/shop-1-kv-config', 'light'],
    ['#/events', 'dark'],
  ] as const)('has no fault by the rules of axe on %s, %s', async (hash, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(smallDashboard.url);
    await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor();
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    if (hash === '#/map')
      await page.getByRole('button', { name: 'component web', exact: true }).first().click();
    else await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor({ state: 'detached' });
    // As a tool of the browser does: the policy of the page lets no script in by another way.
    await page.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
    const { violations } = await page.evaluate(
      (): Promise<AxeResults> => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')} ${nodes[0]?.failureSummary}`,
    );
    expect(found).toEqual([]);
  });
});
