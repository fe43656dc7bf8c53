// What the guests use of WASI 0.2, as the canonical ABI has it: a handle is a number, a string is a pointer and a length, and
// what does not fit into one number comes back through a pointer.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name))) extern
#define EXPORT(name) __attribute__((export_name(name)))
#define HTTP "wasi:http/types@0.2.10"
#define STREAMS "wasi:io/streams@0.2.10"
#define POLL "wasi:io/poll@0.2.10"
#define KEYVALUE "wasi:keyvalue/store@0.2.0-draft"

// Two arguments: a string literal and its length.
#define LITERAL(text) (text), sizeof(text) - 1

typedef int32_t handle;

typedef struct {
  const char *data;
  size_t length;
} text;

typedef struct {
  text *items;
  size_t length;
} texts;

typedef struct {
  uint8_t is_some;
  text value;
} optional_text;

typedef struct {
  uint8_t is_error;
  optional_text value;
} optional_text_result;

// A result that is a handle, or a failure with details that nobody here looks at.
typedef struct {
  uint8_t is_error;
  handle value;
  uint8_t details[8];
} handle_result;

// A result without a value.
typedef struct {
  _Alignas(8) uint8_t is_error;
  uint8_t details[39];
} empty_result;

typedef struct {
  uint8_t is_error;
  union {
    _Alignas(8) uint64_t count;
    uint8_t is_closed;
  };
} count_result;

// A handle, or an error-code of wasi:http: a number that tells which, with details.
typedef struct {
  uint8_t is_error;
  union {
    _Alignas(8) handle value;
    uint8_t error;
    uint8_t details[32];
  };
} http_result;

typedef struct {
  _Alignas(8) uint8_t is_some;
  _Alignas(8) uint8_t was_taken;
  http_result value;
} optional_http_result;

IMPORT(HTTP, "[constructor]fields") handle fields_new(void);
IMPORT(HTTP, "[method]fields.append")
void fields_append(handle, const char *name, size_t, const char *value, size_t, empty_result *);
IMPORT(HTTP, "[method]fields.get") void fields_get(handle, const char *name, size_t, texts *);
IMPORT(HTTP, "[resource-drop]fields") void fields_drop(handle);

IMPORT(HTTP, "[method]incoming-request.path-with-query") void request_path(handle, optional_text *);
IMPORT(HTTP, "[method]incoming-request.headers") handle request_headers(handle);
IMPORT(HTTP, "[method]incoming-request.consume") void request_consume(handle, handle_result *);
IMPORT(HTTP, "[resource-drop]incoming-request") void request_drop(handle);
IMPORT(HTTP, "[method]incoming-body.stream") void incoming_body_stream(handle, handle_result *);
IMPORT(HTTP, "[resource-drop]incoming-body") void incoming_body_drop(handle);

IMPORT(HTTP, "[constructor]outgoing-response") handle response_new(handle headers);
IMPORT(HTTP, "[method]outgoing-response.set-status-code") bool response_set_status(handle, int32_t);
IMPORT(HTTP, "[method]outgoing-response.body") void response_body(handle, handle_result *);
IMPORT(HTTP, "[method]outgoing-body.write") void outgoing_body_write(handle, handle_result *);
IMPORT(HTTP, "[static]outgoing-body.finish")
void outgoing_body_finish(handle, int32_t has_trailers, handle trailers, empty_result *);
// All but the first three are details of an error-code, none of which has to be there.
IMPORT(HTTP, "[static]response-outparam.set")
void outparam_set(handle, int32_t is_error, int32_t response_or_error, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t);

IMPORT(HTTP, "[constructor]outgoing-request") handle outgoing_request_new(handle headers);
IMPORT(HTTP, "[method]outgoing-request.set-scheme")
bool outgoing_request_set_scheme(handle, int32_t is_some, int32_t scheme, const char *other, size_t);
IMPORT(HTTP, "[method]outgoing-request.set-authority")
bool outgoing_request_set_authority(handle, int32_t is_some, const char *, size_t);
IMPORT(HTTP, "[method]outgoing-request.set-path-with-query")
bool outgoing_request_set_path(handle, int32_t is_some, const char *, size_t);
IMPORT("wasi:http/outgoing-handler@0.2.10", "handle")
void send(handle request, int32_t has_options, handle options, http_result *future);
IMPORT(HTTP, "[method]future-incoming-response.subscribe") handle future_subscribe(handle);
IMPORT(HTTP, "[method]future-incoming-response.get") void future_get(handle, optional_http_result *);
IMPORT(HTTP, "[resource-drop]future-incoming-response") void future_drop(handle);
IMPORT(HTTP, "[method]incoming-response.status") int32_t incoming_response_status(handle);
IMPORT(HTTP, "[method]incoming-response.headers") handle incoming_response_headers(handle);
IMPORT(HTTP, "[method]incoming-response.consume") void incoming_response_consume(handle, handle_result *);
IMPORT(HTTP, "[resource-drop]incoming-response") void incoming_response_drop(handle);

IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void write_and_flush(handle, const char *, size_t, empty_result *);
IMPORT(STREAMS, "[method]output-stream.blocking-splice")
void splice(handle, handle source, uint64_t length, count_result *);
IMPORT(STREAMS, "[resource-drop]input-stream") void input_stream_drop(handle);
IMPORT(STREAMS, "[resource-drop]output-stream") void output_stream_drop(handle);
IMPORT(POLL, "[method]pollable.block") void pollable_block(handle);
IMPORT(POLL, "[resource-drop]pollable") void pollable_drop(handle);

IMPORT(KEYVALUE, "open") void bucket_open(const char *identifier, size_t, handle_result *);
IMPORT(KEYVALUE, "[method]bucket.get") void bucket_get(handle, const char *key, size_t, optional_text_result *);
IMPORT(KEYVALUE, "[method]bucket.set")
void bucket_set(handle, const char *key, size_t, const char *value, size_t, empty_result *);
IMPORT(KEYVALUE, "[resource-drop]bucket") void bucket_drop(handle);
