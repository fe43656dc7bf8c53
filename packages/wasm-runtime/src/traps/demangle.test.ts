import { describe, expect, it } from 'vitest';
import { demangle } from './demangle.js';

describe('names of functions', () => {
  // Taken from programs that rustc 1.95 made; what they should read is what `c++filt` says, without hashes.
  it.each([
    ['_ZN4core9panicking5panic17h0123456789abcdefE', 'core::panicking::panic'],
    [
      '_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE',
      '<alloc::string::String as core::fmt::Debug>::fmt',
    ],
    [
      '_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE',
      'std::rt::lang_start::{{closure}}',
    ],
    ['_RNvCs6xxl1lAjzDf_1a4main', 'a::main'],
    ['_RINvCs6xxl1lAjzDf_1a3genKj3_lEB2_', 'a::gen::<3, i32>'],
    ['_RINvCs6xxl1lAjzDf_1a3genKj2_ReEB2_', 'a::gen::<2, &str>'],
    [
      '_RINvMNtNtCsgEmfK2I1SDS_4core3fmt2rtNtB3_8Argument11new_displayhECs6xxl1lAjzDf_1a',
      '<core::fmt::rt::Argument>::new_display::<u8>',
    ],
    [
      '_RINvMNtCsgEmfK2I1SDS_4core5sliceSh11copy_withinINtNtNtB5_3ops5range14RangeInclusivejEECsfEOYDRpO4Ta_11miniz_oxide',
      '<[u8]>::copy_within::<core::ops::range::RangeInclusive<usize>>',
    ],
  ])('of Rust read as they were written: %s', (mangled, name) => {
    expect(demangle(mangled)).toBe(name);
  });

  it.each([
    'main',
    'js::Interpret(JSContext*, js::RunState&)',
    '',
    // Of C++, with its types; neither has a hash.
    '_ZN5space3fooEibc',
    '_ZN5space3fooE',
    '_ZN3foo',
    '_ZN99999999999999999999foo17h0123456789abcdefE',
    '_R',
    '_RNvCs6xxl1lAjzDf_1a9main',
    '_RB_',
    '_RNvB_4main',
    '_RIB_E',
    // A back reference that refers to itself, and one that doubles what it refers to over and over.
    `_RI${'T'.repeat(50)}E`,
    `_RINvC1a1b${Array.from({ length: 60 }, (_, i) => `TB${'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[i + 1]}_B0_E`).join('')}E`,
    // The start routine of a thread: pointers to functions are not known here.
    '_RINvNtNtCsjrHSEGnQ3l9_3std3sys9backtrace28___rust_begin_short_backtraceFEuuECs6xxl1lAjzDf_1a',
    `_ZN${'1a'.repeat(2_000)}17h0123456789abcdefE`,
  ])('of other forms stay as they are: %#', (name) => {
    expect(demangle(name)).toBe(name);
  });
});
