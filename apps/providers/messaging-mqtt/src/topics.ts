/**
 * How components name topics.
 *
 * - `dots`: as in messaging on NATS, so that a component need not know what is behind its link. Dots and slashes change places:
 *   `orders.new` is the topic `orders/new`, and the topic `plant/1.5/temp` is the subject `plant.1/5.temp`. In filters `*` and `>`
 *   stand for `+` and `#`.
 * - `topics`: subjects are topics.
 */
export type SubjectStyle = 'dots' | 'topics';

/** Where a message goes: a topic, and the correlation data of the request that it answers. */
export interface Destination {
  readonly topic: string;
  readonly correlation: Uint8Array | undefined;
}

/** As long as MQTT's length of a text may say. */
const maxBytes = 65_535;

/** The inverse of itself, so that no two topics have one subject. */
function swap(text: string, style: SubjectStyle): string {
  return style === 'topics' ? text : text.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'));
}

/** The subject of a topic that a message has arrived on. */
export function subjectOf(topic: string, style: SubjectStyle): string {
  return swap(topic, style);
}

/** The topic of a subject; `undefined` for what can't be published to: wildcards, control characters, nothing. */
export function topicOf(subject: string, style: SubjectStyle): string | undefined {
  const topic = swap(subject, style);
  if (!isText(topic) || /[+#]/.test(topic)) return undefined;
  const isWildcard = style === 'dots' && topic.split('/').some((level) => level === '*' || level === '>');
  return isWildcard ? undefined : topic;
}

/** The topic filter of a subject with wildcards; `undefined` for what is none. */
export function filterOf(subject: string, style: SubjectStyle): string | undefined {
  const topic = swap(subject, style);
  if (!isText(topic)) return undefined;
  const levels = topic.split('/').map((level) => (style === 'topics' ? level : toWildcard(level)));
  const isFilter = levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1;
    return level === '+' || !/[+#]/.test(level);
  });
  return isFilter ? levels.join('/') : undefined;
}

/** What MQTT has as wildcards would be a surprise to whoever wrote a subject: doubled, they are part of no filter. */
function toWildcard(level: string): string {
  switch (level) {
    case '*':
      return '+';
    case '>':
      return '#';
    case '+':
    case '#':
      return level.repeat(2);
    default:
      return level;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: brokers may end a connection that sends them.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

function isText(topic: string): boolean {
  if (topic === '' || !topic.isWellFormed() || controlCharacter.test(topic)) return false;
  return Buffer.byteLength(topic) <= maxBytes;
}

/**
 * The `reply-to` of a request: the subject of its response topic, and behind `#`, which no topic has, its correlation data. So whoever
 * answers, wherever and whenever, answers that request.
 */
export function replySubjectOf({ topic, correlation }: Destination, style: SubjectStyle): string {
  const subject = subjectOf(topic, style);
  return correlation === undefined ? subject : `${subject}#${Buffer.from(correlation).toString('base64url')}`;
}

/** What a subject to publish to leads to: inverse of {@link replySubjectOf}. */
export function destinationOf(subject: string, style: SubjectStyle): Destination | undefined {
  const [name = '', data, ...more] = subject.split('#');
  const topic = topicOf(name, style);
  if (topic === undefined || more.length > 0 || (data !== undefined && !/^[\w-]*$/.test(data)))
    return undefined;
  return { topic, correlation: data === undefined ? undefined : Buffer.from(data, 'base64url') };
}
