import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { blobstoreDifferences } from '../blobstore/blobstore-setup.js';
import { httpClientDifferences } from '../http/http-client-setup.js';
import { httpServerDifferences } from '../http/http-server-setup.js';
import { keyvalueDifferences } from '../keyvalue/keyvalue-setup.js';
import { messagingDifferences } from '../messaging/messaging-setup.js';
import { postgresDifferences } from '../postgres/postgres-setup.js';
import { upstreamDifferences } from './upstream-differences.js';

const wordsOf: Readonly<Record<keyof typeof upstreamDifferences, Readonly<Record<string, string>>>> = {
  'blobstore-fs': blobstoreDifferences,
  'blobstore-nats': blobstoreDifferences,
  'http-client': httpClientDifferences,
  'http-server': httpServerDifferences,
  'keyvalue-nats': keyvalueDifferences,
  'keyvalue-redis': keyvalueDifferences,
  'messaging-nats': messagingDifferences,
  'sqldb-postgres': postgresDifferences,
};

it.each(Object.entries(upstreamDifferences))(
  "the README of %s lists what wasmCloud's does otherwise, in the words of the contract",
  async (provider, { differences, differencesAtTimes = [] }) => {
    const words = wordsOf[provider as keyof typeof wordsOf];
    const file = new URL(`../../../../apps/providers/${provider}/README.md`, import.meta.url);
    const [, table = ''] = (await readFile(file, 'utf8')).split(/^\| wasmCloud's .*\n\| -.*\n/m);
    const [rows = ''] = table.split('\n\n');
    expect(rows.trimEnd().split('\n').map(cellsOf)).toEqual([
      ...differences.map((name) => [name, words[name]]),
      ...differencesAtTimes.map((name) => [name, `at times, ${words[name]}`]),
    ]);
  },
);

function cellsOf(row: string): readonly string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map((cell, index) => (index === 0 ? cell.replaceAll('`', '') : cell).trim());
}
