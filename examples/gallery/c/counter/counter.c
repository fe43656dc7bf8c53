#include "../guest.h"

typedef struct {
  char data[4096];
  size_t length;
} buffer;

static void append(buffer *to, const char *data, size_t length) {
  if (length > sizeof to->data - to->length) __builtin_trap();
  __builtin_memcpy(to->data + to->length, data, length);
  to->length += length;
}

static void append_number(buffer *to, uint64_t number) {
  char digits[20];
  size_t first = sizeof digits;
  do {
    digits[--first] = '0' + number % 10;
    number /= 10;
  } while (number > 0);
  append(to, digits + first, sizeof digits - first);
}

static uint64_t parse(text digits) {
  uint64_t number = 0;
  for (size_t i = 0; i < digits.length; i++) number = number * 10 + (digits.data[i] - '0');
  return number;
}

static uint64_t count(text path) {
  handle_result bucket;
  bucket_open(LITERAL("default"), &bucket);
  optional_text_result before;
  bucket_get(value_of(bucket), path.data, path.length, &before);
  if (before.is_error) __builtin_trap();
  uint64_t count = (before.value.is_some ? parse(before.value.value) : 0) + 1;

  buffer digits = {.length = 0};
  append_number(&digits, count);
  empty_result result;
  bucket_set(bucket.value, path.data, path.length, digits.data, digits.length, &result);
  if (result.is_error) __builtin_trap();
  bucket_drop(bucket.value);
  return count;
}

HANDLE_REQUEST void counter(handle request, handle outparam) {
  optional_text path;
  request_path(request, &path);
  request_drop(request);
  if (!path.is_some) path.value = (text){LITERAL("/")};

  // The path of a request holds no character that JSON would have escaped, but for the backslash that clients encode.
  buffer answer = {.length = 0};
  append(&answer, LITERAL("{\"path\":\""));
  append(&answer, path.value.data, path.value.length);
  append(&answer, LITERAL("\",\"count\":"));
  append_number(&answer, count(path.value));
  append(&answer, LITERAL("}"));
  respond_text(outparam, LITERAL("application/json"), answer.data, answer.length);
}
