import type { Random } from '../differential/random.js';
import { join, listsOf, type Section, split } from './sections.js';

/** Bytes that mean something in many places: small indices, kinds, types, ends of numbers. */
const telling = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x40, 0x41, 0x42, 0x60, 0x68, 0x69, 0x6f, 0x70, 0x7f, 0x80, 0xff,
];

/**
 * A component with a few changes: of bytes anywhere, or of the contents and the order of its sections, whose sizes are kept right, so that
 * more than the first check sees them.
 *
 * @param other what pieces are taken from as well
 */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let mutant = bytes;
  for (let left = random.percent(60) ? 1 : random.between(2, 4); left > 0; left--) {
    mutant = random.percent(80) ? changeSections(mutant, other, random) : changeBytes(mutant, random);
  }
  return mutant;
}

function changeSections(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let part: ReturnType<typeof split>;
  try {
    part = split(bytes);
  } catch {
    // An earlier change has made its sections unreadable.
    return changeBytes(bytes, random);
  }
  const sections = pickOf(listsOf(part), random);
  const place = random.below(Math.max(1, sections.length));
  const section = sections[place];
  if (section === undefined) return changeBytes(bytes, random);
  switch (random.below(8)) {
    case 0:
      sections.splice(place, 1);
      break;
    case 1:
      sections.splice(random.below(sections.length + 1), 0, section);
      break;
    case 2:
      sections.splice(
        random.below(sections.length + 1),
        0,
        pickOf(listsOf(split(other)).flat(), random) ?? section,
      );
      break;
    case 3:
      section.id = random.below(13);
      break;
    default:
      changeContent(section, random);
  }
  return join(part);
}

function changeContent(section: Section, random: Random): void {
  if (section.content instanceof Uint8Array) {
    section.content = changeBytes(section.content, random);
    return;
  }
  const inner = listsOf(section.content).flat();
  const chosen = inner[random.below(Math.max(1, inner.length))];
  if (chosen?.content instanceof Uint8Array) chosen.content = changeBytes(chosen.content, random);
}

function changeBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Array.from(bytes);
  const place = random.below(changed.length + 1);
  const length = random.between(1, 8);
  switch (random.below(7)) {
    case 0:
      changed[place] = (changed[place] ?? 0) ^ (1 << random.below(8));
      break;
    case 1:
      changed[place] = random.below(256);
      break;
    case 2:
      changed[place] = pickOf(telling, random) ?? 0;
      break;
    case 3:
      changed.splice(place, 0, ...random.times(length, () => random.below(256)));
      break;
    case 4:
      changed.splice(place, length);
      break;
    case 5:
      changed.splice(place, 0, ...changed.slice(place, place + length));
      break;
    default:
      changed[place] = (changed[place] ?? 0) + (random.percent(50) ? 1 : -1);
  }
  return Uint8Array.from(changed);
}

function pickOf<T>(items: readonly T[], random: Random): T {
  return items[random.below(Math.max(1, items.length))] as T;
}
