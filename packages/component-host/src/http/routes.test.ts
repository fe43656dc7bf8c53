import { describe, expect, it } from 'vitest';
import { type HttpRouting, type RouteMatch, RouteTable } from './routes.js';

function tableOf(routing: HttpRouting, routes: Readonly<Record<string, RouteMatch>>): RouteTable<string> {
  const table = new RouteTable<string>(routing);
  for (const [name, match] of Object.entries(routes)) table.set(name, match, name);
  return table;
}

describe('a table of paths', () => {
  const table = tableOf(
    { by: 'path' },
    {
      exact: { kind: 'exact', value: '/a' },
      slash: { kind: 'exact', value: '/a/' },
      api: { kind: 'below', value: '/api' },
      v2: { kind: 'below', value: '/api/v2' },
      apiExact: { kind: 'exact', value: '/api/v2/exact' },
    },
  );

  it.each([
    ['/a', 'exact'],
    ['/a?b=c/d', 'exact'],
    ['/a/', 'slash'],
    ['/a/b', 'no-route'],
    ['/A', 'no-route'],
    ['/%61', 'no-route'],
    ['/', 'no-route'],
    ['*', 'no-route'],
    ['/api', 'api'],
    ['/api/', 'api'],
    ['/api/x/y?z', 'api'],
    ['/apis', 'no-route'],
    ['/api/v2/x', 'v2'],
    ['/api/v2/exact', 'apiExact'],
    ['/__proto__', 'no-route'],
  ])('sends %s to %s', (path, expected) => expect(table.find(path, [])).toBe(expected));

  it('has a last resort below /', () => {
    expect(tableOf({ by: 'path' }, { all: { kind: 'below', value: '/' } }).find('/x/y', [])).toBe('all');
  });
});

describe('a table of hosts', () => {
  const table = tableOf(
    { by: 'host', header: 'host' },
    {
      shop: { kind: 'exact', value: 'shop.example.org' },
      port: { kind: 'exact', value: 'shop.example.org:8443' },
      any: { kind: 'below', value: 'example.org' },
      deep: { kind: 'below', value: 'eu.example.org' },
    },
  );

  it.each([
    ['shop.example.org', 'shop'],
    ['shop.example.org:8443', 'port'],
    ['SHOP.example.org:80', 'shop'],
    ['shop.example.org.', 'shop'],
    ['a.example.org', 'any'],
    ['a.b.example.org', 'any'],
    ['a.eu.example.org', 'deep'],
    ['example.org', 'no-route'],
    ['badexample.org', 'no-route'],
    ['constructor', 'no-route'],
  ])('sends %s to %s', (host, expected) => expect(table.find('/', ['Host', host])).toBe(expected));

  it('goes by another header if it is told to, and tells when there is none', () => {
    const byTenant = tableOf({ by: 'host', header: 'x-tenant' }, { blue: { kind: 'exact', value: 'blue' } });
    expect(byTenant.find('/', ['Host', 'x', 'X-Tenant', 'blue'])).toBe('blue');
    expect(byTenant.find('/', ['Host', 'blue'])).toBe('no-header');
  });
});

it('a route that moves is found at its new place alone', () => {
  const table = tableOf({ by: 'path' }, { a: { kind: 'exact', value: '/a' } });
  table.set('a', { kind: 'exact', value: '/b' }, 'moved');
  expect([table.find('/a', []), table.find('/b', [])]).toEqual(['no-route', 'moved']);
  table.set('other', { kind: 'exact', value: '/b' }, 'other');
  table.delete('a');
  expect(table.find('/b', [])).toBe('other');
});
