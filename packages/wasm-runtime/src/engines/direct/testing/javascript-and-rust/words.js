export const words = {
  split(text) {
    if (text === '') throw 'empty';
    if (text.length > 1_000) throw 'too-long';
    return [...text.matchAll(/\S+/gu)].map(({ 0: word, index }) => ({ text: word, at: index }));
  },
  fail() {
    throw new Error('it does not work');
  },
};
