import type { Offset, Time, Timestamp, TimestampTz, TimeTz, Date as WitDate } from '../postgres-wit.js';
import { InvalidValueError, match } from './invalid-value.js';

/** `2024-02-29`, `0044-03-15 BC`, `infinity` */
export function readDate(text: string): WitDate {
  if (text === 'infinity') return { tag: 'positive-infinity' };
  if (text === '-infinity') return { tag: 'negative-infinity' };
  const [, year = '', month, day, era] = match(/^(\d{4,})-(\d\d)-(\d\d)( BC)?$/, text);
  // There is no year 0: 1 BC is 0 to those who count on.
  return {
    tag: 'ymd',
    val: [era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day)],
  };
}

export function writeDate(date: WitDate): string {
  if (date.tag !== 'ymd') return date.tag === 'positive-infinity' ? 'infinity' : '-infinity';
  const [year, month, day] = date.val;
  const digits = (value: number, count: number): string => String(value).padStart(count, '0');
  const text = `${digits(year > 0 ? year : 1 - year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return year > 0 ? text : `${text} BC`;
}

/** `12:34:56.789` */
export function readTime(text: string): Time {
  const [, hour, min, sec, fraction = ''] = match(/^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/, text);
  return { hour: Number(hour), min: Number(min), sec: Number(sec), micro: Number(fraction.padEnd(6, '0')) };
}

export function writeTime({ hour, min, sec, micro }: Time): string {
  if (micro >= 1_000_000)
    throw new InvalidValueError(`a time has ${micro} microseconds: a second has 1000000`);
  const [h, m, s] = [hour, min, sec].map((each) => String(each).padStart(2, '0'));
  return `${h}:${m}:${s}.${String(micro).padStart(6, '0')}`;
}

/** `12:34:56+02`; the interface calls the zone `timesonze`. */
export function readTimeTz(text: string): TimeTz {
  const [, time = '', timesonze = ''] = match(/^([\d:.]+)([-+][\d:]+)$/, text);
  return { timesonze, time: readTime(time) };
}

export function writeTimeTz({ time, timesonze }: TimeTz): string {
  return `${writeTime(time)} ${timesonze}`;
}

const midnight: Time = { hour: 0, min: 0, sec: 0, micro: 0 };

/** `2024-02-29 12:34:56.789`, `0044-03-15 12:00:00 BC`, `infinity` */
export function readTimestamp(text: string): Timestamp {
  if (text.endsWith('infinity')) return { date: readDate(text), time: midnight };
  const [, date, time = '', era = ''] = match(/^(\d{4,}-\d\d-\d\d) ([\d:.]+)( BC)?$/, text);
  return { date: readDate(`${date}${era}`), time: readTime(time) };
}

export function writeTimestamp({ date, time }: Timestamp): string {
  if (date.tag !== 'ymd') return writeDate(date);
  const [day, era = ''] = writeDate(date).split(/(?= BC)/);
  return `${day} ${writeTime(time)}${era}`;
}

/** Sessions are in UTC, so that the offset is 0: upstream's provider says the western hemisphere for that. */
export function readTimestampTz(text: string): TimestampTz {
  return {
    timestamp: readTimestamp(text.replace(/\+00(?= BC$|$)/, '')),
    offset: { tag: 'western-hemisphere-secs', val: 0 },
  };
}

export function writeTimestampTz({ timestamp, offset }: TimestampTz): string {
  const { date } = timestamp;
  if (date.tag !== 'ymd') return writeDate(date);
  const [text, era = ''] = writeTimestamp(timestamp).split(/(?= BC)/);
  return `${text}${writeOffset(offset)}${era}`;
}

function writeOffset({ tag, val }: Offset): string {
  const isEast = tag === 'eastern-hemisphere-secs' ? val >= 0 : val < 0;
  const seconds = Math.abs(val);
  const [h, m, s] = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((each) =>
    String(Math.floor(each)).padStart(2, '0'),
  );
  return `${isEast ? '+' : '-'}${h}:${m}:${s}`;
}
