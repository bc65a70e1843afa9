/* The upstream of every benchmark: one thread, epoll, loopback only, so cheap that it is never the bottleneck.
 *   mock PORT JWKS_FILE
 * POST           one fixed chat completion of 1052 bytes; at /v1/messages an Anthropic message with the same text, at
 *                /v1/responses a response with it
 * POST, "stream":true in the body
 *                server-sent events; "bench:chunks=N;every=MS;" anywhere in the body says how many and how often. The text of
 *                each delta is "tok <16 letters> ": the letters are its send time (CLOCK_MONOTONIC, nanoseconds, 4 bits a
 *                letter a-p; digits would look like a card number to a detector), so the client knows the delay of each one.
 *                At /v1/messages the same text in the events of an Anthropic message, at /v1/responses in those of a response,
 *                which says all of it again at its end, four times.
 * GET /jwks.json the issuer's key set
 * GET /stats     what was counted, as JSON */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16384
#define INPUT_MAX (1 << 18)
#define COMPLETION_BYTES 1052
#define DELTA_BYTES 21 /* "tok ", a stamp, a blank */

typedef enum { CHAT, MESSAGE, RESPONSE } Format;

typedef struct {
  int fd, used, slot; /* slot: place among the running streams, or -1 */
  int left, count; /* of its stream: deltas to come, and events that have left */
  Format format;
  char *said; /* what a response has said so far */
  int saidLength;
  uint64_t every, due;
  char in[INPUT_MAX + 1];
} Conn;

static Conn *conns[CONNECTIONS_MAX];
static Conn *running[CONNECTIONS_MAX];
static int runningCount, openCount;
static long requests, streams, aborted;
static char completion[COMPLETION_BYTES + 1], message[COMPLETION_BYTES + 256], response[COMPLETION_BYTES + 512];
static char jwks[16384];

static uint64_t nowNs(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void stopStream(Conn *c) {
  if (c->slot < 0) return;
  running[c->slot] = running[--runningCount];
  running[c->slot]->slot = c->slot;
  c->slot = -1;
}

static void hangUp(Conn *c) {
  if (c->slot >= 0) aborted++;
  stopStream(c);
  conns[c->fd] = NULL;
  close(c->fd);
  openCount--;
  free(c->said);
  free(c);
}

/* Small answers to a peer on this machine: where its buffer is full for two seconds it is gone. */
static int put(Conn *c, const char *bytes, int length) {
  int at = 0;
  while (at < length) {
    ssize_t sent = send(c->fd, bytes + at, (size_t)(length - at), MSG_NOSIGNAL);
    if (sent > 0) {
      at += (int)sent;
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    struct pollfd room = {.fd = c->fd, .events = POLLOUT};
    if (sent < 0 && errno == EAGAIN && poll(&room, 1, 2000) == 1) continue;
    return -1;
  }
  return 0;
}

static int answer(Conn *c, const char *type, const char *body) {
  char out[sizeof jwks + 256];
  int length = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n%s", type, strlen(body), body);
  return put(c, out, length);
}

/* One event as one HTTP chunk, appended to `out`. */
static int named(char *out, int room, const char *name, const char *rest) {
  size_t length = strlen("event: \ndata: {\"type\":\"\"}\n\n") + 2 * strlen(name) + strlen(rest);
  return snprintf(out, (size_t)room, "%zx\r\nevent: %s\ndata: {\"type\":\"%s\"%s}\n\n\r\n", length, name, name, rest);
}

/* The same with the number of the event in its stream. */
static int numbered(Conn *c, char *out, int room, const char *name, const char *rest) {
  size_t most = strlen(rest) + 64;
  char *all = malloc(most);
  if (!all) exit(1);
  snprintf(all, most, ",\"sequence_number\":%d%s", c->count++, rest);
  int length = named(out, room, name, all);
  free(all);
  return length;
}

#define RESPONSE_HEAD "\"id\":\"resp_bench\",\"object\":\"response\",\"created_at\":1700000000,\"model\":\"gpt-4o-mini\""
#define ITEM_HEAD "\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\""
#define PLACE ",\"item_id\":\"msg_bench\",\"output_index\":0,\"content_index\":0"
#define PART "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"%s\"}"

static int beginResponse(Conn *c, char *out, int room) {
  char part[256];
  snprintf(part, sizeof part, PLACE ",\"part\":" PART, "");
  int length = numbered(c, out, room, "response.created", ",\"response\":{" RESPONSE_HEAD ",\"status\":\"in_progress\",\"output\":[]}");
  length += numbered(c, out + length, room - length, "response.output_item.added",
    ",\"output_index\":0,\"item\":{" ITEM_HEAD ",\"status\":\"in_progress\",\"content\":[]}");
  return length + numbered(c, out + length, room - length, "response.content_part.added", part);
}

/* Says the text again as often as a provider does. */
static int endResponse(Conn *c, char *out, int room) {
  static const struct {
    const char *name, *before, *after;
  } ends[] = {
    {"response.output_text.done", PLACE ",\"logprobs\":[],\"text\":\"%s\"", ""},
    {"response.content_part.done", PLACE ",\"part\":" PART, ""},
    {"response.output_item.done", ",\"output_index\":0,\"item\":{" ITEM_HEAD ",\"status\":\"completed\",\"content\":[" PART "]}", ""},
    {"response.completed", ",\"response\":{" RESPONSE_HEAD ",\"status\":\"completed\",\"output\":[{" ITEM_HEAD ",\"status\":\"completed\",\"content\":[" PART "]}]",
      ",\"usage\":{\"input_tokens\":400,\"output_tokens\":120,\"total_tokens\":520}}"},
  };
  int length = 0;
  size_t most = (size_t)c->saidLength + 1024;
  char *rest = malloc(most);
  if (!rest) exit(1);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    int used = snprintf(rest, most, ends[i].before, c->said);
    snprintf(rest + used, most - (size_t)used, "%s", ends[i].after);
    length += numbered(c, out + length, room - length, ends[i].name, rest);
  }
  free(rest);
  return length;
}

static int event(char *out, int room, const char *delta, const char *finish) {
  char json[512];
  int length = snprintf(json, sizeof json,
    "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-mini\","
    "\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n", delta, finish);
  return snprintf(out, (size_t)room, "%x\r\n%s\r\n", length, json);
}

static int number(const char *body, const char *name, int otherwise) {
  const char *found = strstr(body, name);
  return found ? atoi(found + strlen(name)) : otherwise;
}

static int startStream(Conn *c, const char *body, Format format) {
  char out[4096];
  int length = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    "transfer-encoding: chunked\r\n\r\n");
  c->format = format;
  c->count = 0;
  if (format == RESPONSE) length += beginResponse(c, out + length, (int)sizeof out - length);
  else if (format == MESSAGE) {
    length += named(out + length, (int)sizeof out - length, "message_start",
      ",\"message\":{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-5\",\"content\":[],"
      "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":400,\"output_tokens\":1}}");
    length += named(out + length, (int)sizeof out - length, "content_block_start",
      ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
  } else length += event(out + length, (int)sizeof out - length, "{\"role\":\"assistant\",\"content\":\"\"}", "null");
  streams++;
  c->left = number(body, "bench:chunks=", 100);
  if (format == RESPONSE) {
    free(c->said);
    c->said = calloc((size_t)c->left, DELTA_BYTES + 1);
    c->saidLength = 0;
    if (!c->said) exit(1);
  }
  c->every = (uint64_t)number(body, ";every=", 20) * 1000000u;
  c->due = nowNs() + c->every;
  c->slot = runningCount;
  running[runningCount++] = c;
  return put(c, out, length);
}

/* What stands behind the last delta. */
static int finish(Conn *c, char *out, int room) {
  if (c->format == RESPONSE) return endResponse(c, out, room);
  if (c->format == MESSAGE) {
    int length = named(out, room, "content_block_stop", ",\"index\":0");
    length += named(out + length, room - length, "message_delta",
      ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":120}");
    return length + named(out + length, room - length, "message_stop", "");
  }
  int length = event(out, room, "{}", "\"stop\"");
  return length + snprintf(out + length, (size_t)(room - length), "e\r\ndata: [DONE]\n\n\r\n");
}

/* Sends the delta that is due. 1: the stream goes on, 0: it ended, -1: the peer is gone. */
static int step(Conn *c) {
  char delta[256], out[2048], stamp[17] = {0};
  uint64_t time = nowNs();
  for (int i = 15; i >= 0; i--, time >>= 4) stamp[i] = (char)('a' + (time & 15));
  static const char *shapes[] = {
    [CHAT] = "{\"content\":\"tok %s \"}",
    [MESSAGE] = ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"tok %s \"}",
    [RESPONSE] = PLACE ",\"delta\":\"tok %s \",\"logprobs\":[]",
  };
  snprintf(delta, sizeof delta, shapes[c->format], stamp);
  int length = c->format == RESPONSE ? numbered(c, out, sizeof out, "response.output_text.delta", delta)
    : c->format == MESSAGE ? named(out, sizeof out, "content_block_delta", delta)
    : event(out, sizeof out, delta, "null");
  if (c->format == RESPONSE) c->saidLength += sprintf(c->said + c->saidLength, "tok %s ", stamp);
  c->due += c->every;
  if (--c->left > 0) return put(c, out, length) < 0 ? -1 : 1;
  if (put(c, out, length) < 0) return -1;
  int room = 4 * c->saidLength + 4096;
  char *last = malloc((size_t)room);
  if (!last) exit(1);
  length = finish(c, last, room);
  length += snprintf(last + length, (size_t)(room - length), "0\r\n\r\n");
  stopStream(c);
  int sent = put(c, last, length);
  free(last);
  return sent < 0 ? -1 : 0;
}

static int route(Conn *c, const char *head, const char *body) {
  if (strncmp(head, "GET /jwks.json", 14) == 0) return answer(c, "application/json", jwks);
  if (strncmp(head, "GET /stats", 10) == 0) {
    char text[256];
    snprintf(text, sizeof text, "{\"requests\":%ld,\"streams\":%ld,\"aborted\":%ld,\"running\":%d,\"open\":%d}", requests, streams,
      aborted, runningCount, openCount);
    return answer(c, "application/json", text);
  }
  requests++;
  Format format = strncmp(head, "POST /v1/messages", 17) == 0 ? MESSAGE : strncmp(head, "POST /v1/responses", 18) == 0 ? RESPONSE : CHAT;
  if (strstr(body, "\"stream\":true") || strstr(body, "\"stream\": true")) return startStream(c, body, format);
  return answer(c, "application/json", format == MESSAGE ? message : format == RESPONSE ? response : completion);
}

/* Joins the chunks of a body in place. Gives the bytes that it took from the wire, 0: not all here, -1: not understood. */
static int unchunk(char *body, int have, int *length) {
  int from = 0, to = 0;
  for (;;) {
    char *line = memmem(body + from, (size_t)(have - from), "\r\n", 2), *end;
    if (!line) return 0;
    long size = strtol(body + from, &end, 16);
    if (end == body + from || size < 0 || size > INPUT_MAX) return -1;
    from = (int)(line - body) + 2;
    if (have - from < size + 2) return 0;
    if (size == 0) {
      *length = to;
      return from + 2;
    }
    memmove(body + to, body + from, (size_t)size);
    to += (int)size;
    from += (int)size + 2;
  }
}

/* Has a chunked body arrived whole? Asked before it is touched, for `unchunk` moves bytes. */
static int chunksHere(const char *body, int have) { return memmem(body, (size_t)have, "\r\n0\r\n\r\n", 7) || strncmp(body, "0\r\n\r\n", 5) == 0; }

static int serve(Conn *c) {
  while (c->used > 0 && c->slot < 0) {
    c->in[c->used] = 0;
    char *blank = strstr(c->in, "\r\n\r\n");
    if (!blank) return c->used == INPUT_MAX ? -1 : 0;
    int head = (int)(blank - c->in) + 4, length = 0, taken = 0;
    char *body = c->in + head;
    blank[2] = 0;
    char *sized = strcasestr(c->in, "\ncontent-length:");
    int chunked = strcasestr(c->in, "\ntransfer-encoding: chunked") != NULL;
    blank[2] = '\r';
    if (chunked) {
      if (!chunksHere(body, c->used - head)) return c->used == INPUT_MAX ? -1 : 0;
      taken = unchunk(body, c->used - head, &length);
      if (taken <= 0) return -1;
    } else {
      taken = length = sized ? atoi(sized + 16) : 0;
      if (length < 0 || head + length > INPUT_MAX) return -1;
      if (c->used < head + length) return 0;
    }
    char after = body[length];
    body[length] = 0;
    int sent = route(c, c->in, body);
    if (!chunked) body[length] = after;
    if (sent < 0) return -1;
    c->used -= head + taken;
    memmove(c->in, c->in + head + taken, (size_t)c->used);
  }
  return 0;
}

static void take(int listener, int poller) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  Conn *c = fd < CONNECTIONS_MAX ? malloc(sizeof *c) : NULL; /* its pages are touched only where they are needed */
  if (!c) {
    close(fd);
    return;
  }
  c->fd = fd;
  c->used = 0;
  c->slot = -1;
  c->said = NULL;
  c->saidLength = 0;
  conns[fd] = c;
  openCount++;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event want = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &want);
}

static void receive(Conn *c) {
  if (c->used == INPUT_MAX) {
    hangUp(c);
    return;
  }
  ssize_t got = recv(c->fd, c->in + c->used, (size_t)(INPUT_MAX - c->used), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    hangUp(c);
    return;
  }
  c->used += (int)got;
  if (serve(c) < 0) hangUp(c);
}

static void makeCompletion(void) {
  const char *before = "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"gpt-4o-mini\","
    "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
  const char *after = "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":400,\"completion_tokens\":120,\"total_tokens\":520}}";
  const char *words = "the quick answer of a model that costs nothing ";
  size_t at = strlen(before), end = COMPLETION_BYTES - strlen(after);
  memcpy(completion, before, at);
  for (size_t i = 0; at < end; i++) completion[at++] = words[i % strlen(words)];
  memcpy(completion + at, after, strlen(after));
  snprintf(message, sizeof message,
    "{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-5\",\"content\":[{\"type\":\"text\",\"text\":\"%.*s\"}],"
    "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":400,\"output_tokens\":120}}",
    (int)(end - strlen(before)), completion + strlen(before));
  snprintf(response, sizeof response,
    "{" RESPONSE_HEAD ",\"status\":\"completed\",\"output\":[{" ITEM_HEAD ",\"status\":\"completed\",\"content\":[{\"type\":\"output_text\","
    "\"annotations\":[],\"logprobs\":[],\"text\":\"%.*s\"}]}],\"usage\":{\"input_tokens\":400,\"output_tokens\":120,\"total_tokens\":520}}",
    (int)(end - strlen(before)), completion + strlen(before));
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: mock PORT JWKS_FILE\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  makeCompletion();
  FILE *file = fopen(argv[2], "r");
  if (!file) {
    perror(argv[2]);
    return 1;
  }
  jwks[fread(jwks, 1, sizeof jwks - 1, file)] = 0;
  fclose(file);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 4096) != 0) {
    perror("mock");
    return 1;
  }
  int poller = epoll_create1(0);
  struct epoll_event want = {.events = EPOLLIN, .data.fd = listener}, ready[512];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &want);
  for (;;) {
    int count = epoll_wait(poller, ready, 512, runningCount > 0 ? 1 : -1);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) take(listener, poller);
      else if (conns[fd]) receive(conns[fd]);
    }
    uint64_t now = nowNs();
    /* Backwards: what ends is replaced by the last one, which has had its turn. */
    for (int i = runningCount - 1; i >= 0; i--) {
      Conn *c = running[i];
      if (c->due > now) continue;
      int went = step(c);
      if (went < 0 || (went == 0 && serve(c) < 0)) hangUp(c);
    }
  }
}
