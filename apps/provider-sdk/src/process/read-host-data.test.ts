import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readHostData } from './read-host-data.js';

const line = Buffer.from('{"host_id":"NHOST"}').toString('base64');

describe('readHostData', () => {
  it.each([
    ['one chunk', [`${line}\r\n`]],
    ['many chunks', [...`${line}\r\n`]],
    ['no line end', [line]],
    ['more after the line', [`${line}\n`, 'rest']],
  ])('reads the line from %s', async (_what, chunks) => {
    const input = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
    expect(await readHostData(input)).toMatchObject({ hostId: 'NHOST' });
  });

  it('says what a provider is when it is started by hand', async () => {
    await expect(readHostData(Readable.from([]))).rejects.toThrow(
      /a provider is started by a host, not by hand/,
    );
  });
});
