import { expect, test } from 'vitest';
import { GuestBuildError } from './errors.js';
import { joinWit } from './wit-document.js';

test('the packages follow the guest as nested packages', () => {
  const document = joinWit(
    ['package a:guest@0.1.0;\n\nworld guest {}\n'],
    ['package b:store@0.2.0-draft;\n\ninterface store {}\n'],
  );
  expect(document).toBe(
    'package a:guest@0.1.0;\n\nworld guest {}\n\npackage b:store@0.2.0-draft {\n\ninterface store {}\n}\n',
  );
});

test('the file with the package line comes first whatever its name', () => {
  const document = joinWit(['interface extra {}', 'package a:guest;\nworld guest {}'], []);
  expect(document).toBe('package a:guest;\nworld guest {}\ninterface extra {}\n');
});

test('a guest without a package line is refused', () => {
  expect(() => joinWit(['world guest {}'], [])).toThrow(GuestBuildError);
});
