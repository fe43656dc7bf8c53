import { describe, expect, it } from 'vitest';
import { refusedHead } from './parse-failure.js';

const limits = { maxHeadBytes: 1_000, maxHeaders: 256, headTimeoutMs: 1_000 };
const unknownMethod = (packet: string, bytesParsed: number): string =>
  refusedHead(
    {
      code: 'HPE_INVALID_METHOD',
      reason: 'Invalid method encountered',
      bytesParsed,
      rawPacket: Buffer.from(packet, 'latin1'),
    },
    limits,
  ).text;

describe('an unknown method', () => {
  it('is named when it follows another request in its packet', () => {
    const packet = 'GET / HTTP/1.1\r\nHost: a\r\n\r\nLIST / HTTP/1.1\r\n';
    expect(unknownMethod(packet, packet.indexOf('LIST') + 2)).toContain('the method LIST ');
  });

  it('is not named by the part that the packet holds of it', () => {
    // "LI" came in the packet before, and S is the first byte that can't follow it.
    expect(unknownMethod('ST / HTTP/1.1\r\n', 0)).toMatch(/^this method /);
  });

  it('is cut when it is long', () => {
    const text = unknownMethod(`${'X'.repeat(5_000)} / HTTP/1.1\r\n`, 0);
    expect(text).toMatch(/the method X+… is not one/);
    expect(text.length).toBeLessThan(300);
  });
});

it('a failure without a packet is told by its code', () => {
  expect(
    refusedHead({ code: 'HPE_INVALID_METHOD', reason: 'Invalid method encountered' }, limits),
  ).toMatchObject({
    status: 400,
    reason: 'malformed-head',
    text: expect.stringContaining('Invalid method encountered'),
  });
  expect(refusedHead({ code: 'HPE_INVALID_URL' }, limits)).toMatchObject({
    status: 400,
    reason: 'bad-target',
  });
});
