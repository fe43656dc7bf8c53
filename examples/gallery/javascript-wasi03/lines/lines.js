const upperCase = (byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte);

async function* inUpperCase(input) {
  for await (const chunk of input) yield chunk.map(upperCase);
}

async function* numbersBelow(count) {
  for (let i = 0; i < count; i++) yield i;
}

export const streams = {
  async upper(input) {
    return inUpperCase(input);
  },

  async count(input) {
    let count = 0;
    for await (const chunk of input) count += chunk.length;
    return count;
  },

  async numbers(count) {
    return numbersBelow(count);
  },

  async later(name) {
    const { readable, writable } = wit.Future(wit.Future.STRING);
    void writable.write(`${name} later`);
    return readable;
  },

  async join(name) {
    return (await name.read()).toUpperCase();
  },
};
