#include "../guest.h"

enum { SCHEME_HTTP = 0, SCHEME_HTTPS = 1, HTTP_REQUEST_URI_INVALID = 19 };

typedef struct {
  int32_t scheme;
  text authority;
  text path;
} url;

static bool starts_with(text all, const char *start, size_t length) {
  size_t same = 0;
  while (same < length && same < all.length && all.data[same] == start[same]) same++;
  return same == length;
}

static text skip(text all, size_t length) { return (text){all.data + length, all.length - length}; }

static bool parse_url(text all, url *parsed) {
  if (starts_with(all, LITERAL("http://"))) {
    parsed->scheme = SCHEME_HTTP;
    all = skip(all, 7);
  } else if (starts_with(all, LITERAL("https://"))) {
    parsed->scheme = SCHEME_HTTPS;
    all = skip(all, 8);
  } else {
    return false;
  }
  size_t end = 0;
  while (end < all.length && all.data[end] != '/') end++;
  parsed->authority = (text){all.data, end};
  parsed->path = end < all.length ? skip(all, end) : (text){LITERAL("/")};
  return true;
}

static http_result fetch(url target) {
  handle request = outgoing_request_new(fields_new());
  outgoing_request_set_scheme(request, true, target.scheme, NULL, 0);
  outgoing_request_set_authority(request, true, target.authority.data, target.authority.length);
  outgoing_request_set_path(request, true, target.path.data, target.path.length);
  http_result future;
  send(request, false, 0, &future);
  if (future.is_error) return future;

  handle pollable = future_subscribe(future.value);
  pollable_block(pollable);
  pollable_drop(pollable);
  optional_http_result response;
  future_get(future.value, &response);
  future_drop(future.value);
  return response.value;
}

HANDLE_REQUEST void proxy(handle request, handle outparam) {
  optional_text path;
  request_path(request, &path);
  request_drop(request);

  url target;
  http_result upstream = {.is_error = true, .error = HTTP_REQUEST_URI_INVALID};
  if (path.is_some && path.value.length > 0 && parse_url(skip(path.value, 1), &target)) upstream = fetch(target);
  if (upstream.is_error) {
    outparam_set(outparam, true, upstream.error, 0, 0, 0, 0, 0, 0);
    return;
  }

  handle headers = fields_new();
  copy_header(headers, incoming_response_headers(upstream.value), LITERAL("content-type"));
  handle_result incoming;
  incoming_response_consume(upstream.value, &incoming);
  copy_body(value_of(incoming), respond(outparam, incoming_response_status(upstream.value), headers));
  incoming_response_drop(upstream.value);
}
