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

#include "formats.h"

#define CONNECTIONS_MAX 16384
#define INPUT_MAX (1 << 18)

typedef struct {
  int fd, used, slot; /* slot: place among the running streams, or -1 */
  int left; /* of its stream: deltas to come */
  Told told;
  uint64_t every, due;
  char in[INPUT_MAX + 1];
} Conn;

static Conn *conns[CONNECTIONS_MAX];
static Conn *running[CONNECTIONS_MAX];
static int runningCount, openCount;
static long requests, streams, aborted;
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
  free(c->told.said);
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

static int number(const char *body, const char *name, int otherwise) {
  const char *found = strstr(body, name);
  return found ? atoi(found + strlen(name)) : otherwise;
}

static int startStream(Conn *c, const char *body, Format format) {
  char out[4096];
  int length = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    "transfer-encoding: chunked\r\n\r\n");
  streams++;
  c->left = number(body, "bench:chunks=", 100);
  length += begin(&c->told, format, c->left, out + length, (int)sizeof out - length);
  c->every = (uint64_t)number(body, ";every=", 20) * 1000000u;
  c->due = nowNs() + c->every;
  c->slot = runningCount;
  running[runningCount++] = c;
  return put(c, out, length);
}

/* Sends the delta that is due. 1: the stream goes on, 0: it ended, -1: the peer is gone. */
static int step(Conn *c) {
  char out[2048], stamp[17] = {0};
  uint64_t time = nowNs();
  for (int i = 15; i >= 0; i--, time >>= 4) stamp[i] = (char)('a' + (time & 15));
  int length = say(&c->told, stamp, out, sizeof out);
  c->due += c->every;
  if (--c->left > 0) return put(c, out, length) < 0 ? -1 : 1;
  int room = length + endBytes(&c->told);
  char *last = malloc((size_t)room);
  if (!last) exit(1);
  memcpy(last, out, (size_t)length);
  length += finish(&c->told, last + length, room - length);
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
  c->told = (Told){0};
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

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: mock PORT JWKS_FILE\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  makeAnswers();
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
