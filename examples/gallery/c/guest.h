// What all guests share: memory, and the steps of an answer.
#pragma once
#include "wasi.h"

#define HANDLE_REQUEST EXPORT("wasi:http/incoming-handler@0.2.10#handle")

extern uint8_t __heap_base;
static uint8_t *heap_end = &__heap_base;

// Memory that lasts as long as the invocation does, after which the host takes it all back.
static void *allocate(size_t size, size_t align) {
  uint8_t *start = (uint8_t *)(((uintptr_t)heap_end + align - 1) & ~(align - 1));
  heap_end = start + size;
  size_t pages = ((uintptr_t)heap_end + 0xffff) >> 16;
  size_t present = __builtin_wasm_memory_size(0);
  if (pages > present && __builtin_wasm_memory_grow(0, pages - present) == (size_t)-1) __builtin_trap();
  return start;
}

// The host allocates with this; it never asks for more of something it has.
EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  return allocate(size, align);
}

static handle value_of(handle_result result) {
  if (result.is_error) __builtin_trap();
  return result.value;
}

// Copies a header, if it is there.
static void copy_header(handle to, handle from, const char *name, size_t length) {
  texts values;
  fields_get(from, name, length, &values);
  for (size_t i = 0; i < values.length; i++) {
    empty_result result;
    fields_append(to, name, length, values.items[i].data, values.items[i].length, &result);
  }
  fields_drop(from);
}

// Sends the head of an answer and gives its body.
static handle respond(handle outparam, int32_t status, handle headers) {
  handle response = response_new(headers);
  response_set_status(response, status);
  handle_result body;
  response_body(response, &body);
  outparam_set(outparam, false, response, 0, 0, 0, 0, 0, 0);
  return value_of(body);
}

// Answers with 200 and one piece of text of at most 4,096 bytes.
static void respond_text(handle outparam, const char *type, size_t type_length, const char *data, size_t length) {
  handle headers = fields_new();
  empty_result result;
  fields_append(headers, LITERAL("content-type"), type, type_length, &result);
  handle body = respond(outparam, 200, headers);
  handle_result stream;
  outgoing_body_write(body, &stream);
  write_and_flush(value_of(stream), data, length, &result);
  output_stream_drop(stream.value);
  outgoing_body_finish(body, false, 0, &result);
}

// Sends one body on as the other one, piece by piece as it comes.
static void copy_body(handle from, handle to) {
  handle_result source, sink;
  incoming_body_stream(from, &source);
  outgoing_body_write(to, &sink);
  count_result copied;
  do {
    splice(value_of(sink), value_of(source), 1 << 16, &copied);
  } while (!copied.is_error);
  if (!copied.is_closed) __builtin_trap();
  input_stream_drop(source.value);
  output_stream_drop(sink.value);
  incoming_body_drop(from);
  empty_result result;
  outgoing_body_finish(to, false, 0, &result);
}
