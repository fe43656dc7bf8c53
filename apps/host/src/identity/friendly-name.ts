import { randomInt } from 'node:crypto';

const adjectives = [
  'amber',
  'brave',
  'brisk',
  'calm',
  'clever',
  'crisp',
  'dapper',
  'eager',
  'fair',
  'gentle',
  'golden',
  'humble',
  'keen',
  'lively',
  'lucid',
  'mellow',
  'misty',
  'nimble',
  'patient',
  'plucky',
  'proud',
  'quiet',
  'rapid',
  'rustic',
  'silent',
  'solar',
  'steady',
  'sunny',
  'swift',
  'tidy',
  'vivid',
  'wandering',
] as const;

const nouns = [
  'acorn',
  'badger',
  'beacon',
  'birch',
  'brook',
  'canyon',
  'cedar',
  'comet',
  'coral',
  'delta',
  'ember',
  'falcon',
  'fern',
  'fjord',
  'glacier',
  'harbor',
  'heron',
  'island',
  'juniper',
  'lagoon',
  'lattice',
  'lynx',
  'maple',
  'meadow',
  'otter',
  'pebble',
  'quartz',
  'raven',
  'sparrow',
  'summit',
  'thicket',
  'willow',
] as const;

/** `{adjective}-{noun}-{NNNN}`, new at every start of a host (docs/spec/control-interface.md#8). */
export function createFriendlyName(): string {
  const number = String(randomInt(1, 10_000)).padStart(4, '0');
  return `${pick(adjectives)}-${pick(nouns)}-${number}`;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? 'host';
}
