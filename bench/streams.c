/* Opens many event streams at once and times every delta that arrives.
 *   streams PORT COUNT CHUNKS EVERY_MS ABORT_AFTER_MS HEADERS DOOR
 * DOOR: chat, anthropic or responses. HEADERS: lines of "name: value". ABORT_AFTER_MS 0: read to the end; else every socket is closed that long after the start.
 * The starts are spread over a quarter of a second. The mock's stamps are looked for in the joined text of the deltas, so a
 * gateway may cut the text anew: a delta counts when the last letter of its stamp is here, and its delay holds what it waited.
 * Prints one JSON object: offered, got, done (streams that ended with their end mark), bad (status not 200, or no connection), closed
 * (ended too early), unfinished, first (median ms to the first delta), p50, p99 and max delay in ms, secs.
 * Gives up 12 s after the planned end. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 8192
#define BODY_BYTES 2030
#define SPREAD_NS 250000000ull
#define PATIENCE_NS 12000000000ull

typedef enum { HEAD, SIZE, DATA, GAP, RAW, OVER } Phase;

typedef struct {
  int fd, lineLength, chunkLeft, said, matched;
  Phase phase;
  uint64_t begun, stamp;
  long got;
  char line[LINE_MAX_BYTES + 1];
} Stream;

typedef struct {
  /* words: the member that holds the question; text: what stands before a delta's text; end: what stands in the last event */
  const char *name, *path, *open, *words, *text, *end;
} Door;

static const Door DOORS[] = {
  {"chat", "/v1/chat/completions", "{\"model\":\"gpt-4o-mini\",\"stream\":true,", "messages", "\"content\":", "[DONE]"},
  {"anthropic", "/anthropic/v1/messages", "{\"model\":\"claude-sonnet-5\",\"max_tokens\":256,\"stream\":true,", "messages", "\"text\":", "\"message_stop\""},
  {"responses", "/v1/responses", "{\"model\":\"gpt-4o-mini\",\"stream\":true,", "input", "\"delta\":", "\"response.completed\""},
};
static const Door *door;

static double *delays, *firsts;
static long delayCount, firstCount, delayRoom;
static int bad, done, closed;
static uint64_t start;

static uint64_t nowNs(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* One letter of the joined text: "tok " and then sixteen letters make a stamp. */
static void letter(Stream *s, char c, uint64_t now) {
  if (s->matched < 4) {
    s->matched = c == "tok "[s->matched] ? s->matched + 1 : c == 't';
    s->stamp = 0;
    return;
  }
  if (c < 'a' || c > 'p') {
    s->matched = 0;
    return;
  }
  s->stamp = s->stamp << 4 | (uint64_t)(c - 'a');
  if (++s->matched < 20) return;
  s->matched = 0;
  if (s->stamp > now || s->stamp < start || delayCount == delayRoom) return;
  delays[delayCount++] = (double)(now - s->stamp) / 1e6;
  if (s->got++ == 0) firsts[firstCount++] = (double)(now - s->begun) / 1e6;
}

static void bodyLine(Stream *s, uint64_t now) {
  if (strncmp(s->line, "data:", 5) != 0) return;
  if (strstr(s->line, door->end)) {
    s->said = 1;
    return;
  }
  char *text = strstr(s->line, door->text);
  if (!text) return;
  text += strlen(door->text);
  while (*text == ' ') text++;
  if (*text++ != '"') return;
  for (; *text && *text != '"'; text++) {
    if (*text == '\\' && text[1]) text++;
    letter(s, *text, now);
  }
}

/* Lines of the head, of the chunked framing and of the body, told apart by the phase. */
static void lineEnd(Stream *s, uint64_t now) {
  s->line[s->lineLength] = 0;
  int length = s->lineLength;
  s->lineLength = 0;
  if (s->phase == HEAD) {
    if (strncmp(s->line, "HTTP/", 5) == 0 && strncmp(s->line + 9, "200", 3) != 0) {
      if (bad++ == 0) fprintf(stderr, "%.200s\n", s->line);
      s->phase = OVER;
      s->said = -1;
    } else if (strcasestr(s->line, "transfer-encoding: chunked") == s->line) s->chunkLeft = -1;
    else if (length == 0) s->phase = s->chunkLeft < 0 ? SIZE : RAW;
    return;
  }
  bodyLine(s, now);
}

static void feed(Stream *s, const char *bytes, ssize_t count, uint64_t now) {
  for (ssize_t i = 0; i < count && s->phase != OVER; i++) {
    char c = bytes[i];
    switch (s->phase) {
      case SIZE:
        if (c == '\n') s->phase = s->chunkLeft == 0 ? OVER : DATA;
        else if (s->chunkLeft < 0) s->chunkLeft = 0, i--;
        else if (c >= '0' && c <= '9') s->chunkLeft = s->chunkLeft * 16 + c - '0';
        else if ((c | 32) >= 'a' && (c | 32) <= 'f') s->chunkLeft = s->chunkLeft * 16 + (c | 32) - 'a' + 10;
        continue;
      case GAP:
        if (c == '\n') s->phase = SIZE, s->chunkLeft = -1;
        continue;
      case DATA:
        s->chunkLeft--;
        break;
      default:
        break;
    }
    if (c == '\n') lineEnd(s, now);
    else if (c != '\r' && s->lineLength < LINE_MAX_BYTES) s->line[s->lineLength++] = c;
    if (s->phase == DATA && s->chunkLeft == 0) s->phase = GAP;
  }
}

static int request(char *out, size_t room, const char *headers, int chunks, int every) {
  char body[BODY_BYTES + 1], lines[8192] = "";
  for (const char *from = headers; *from;) {
    const char *to = strchrnul(from, '\n');
    size_t used = strlen(lines);
    snprintf(lines + used, sizeof lines - used, "%.*s\r\n", (int)(to - from), from);
    from = *to ? to + 1 : to;
  }
  int length = snprintf(body, sizeof body,
    "%s\"%s\":[{\"role\":\"user\",\"content\":\"bench:chunks=%d;every=%d; ", door->open, door->words, chunks, every);
  for (const char *words = "a plain question of some length "; length < BODY_BYTES - 4; length++) body[length] = words[length % 32];
  strcpy(body + length, "\"}]}");
  return snprintf(out, room,
    "POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n%s", door->path,
    lines, BODY_BYTES, body);
}

static double at(const double *sorted, long count, double share) { return count ? sorted[(long)((double)(count - 1) * share)] : -1; }

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 8 && i < sizeof DOORS / sizeof *DOORS; i++) {
    if (strcmp(DOORS[i].name, argv[7]) == 0) door = &DOORS[i];
  }
  if (!door) {
    fprintf(stderr, "usage: streams PORT COUNT CHUNKS EVERY_MS ABORT_AFTER_MS HEADERS DOOR\n");
    return 2;
  }
  int count = atoi(argv[2]), chunks = atoi(argv[3]), every = atoi(argv[4]), begun = 0, open = 0;
  uint64_t abortAfter = (uint64_t)atoi(argv[5]) * 1000000u;
  char out[16384], in[65536];
  int length = request(out, sizeof out, argv[6], chunks, every);
  Stream *all = calloc((size_t)count, sizeof *all);
  delayRoom = (long)count * chunks;
  delays = malloc(sizeof *delays * (size_t)delayRoom);
  firsts = malloc(sizeof *firsts * (size_t)count);
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int poller = epoll_create1(0);
  start = nowNs();
  uint64_t end = abortAfter ? start + abortAfter : start + (uint64_t)chunks * (uint64_t)every * 1000000u + PATIENCE_NS;
  while ((open > 0 || begun < count) && nowNs() < end) {
    for (; begun < count && nowNs() - start >= SPREAD_NS / (uint64_t)count * (uint64_t)begun; begun++) {
      Stream *s = &all[begun];
      s->fd = socket(AF_INET, SOCK_STREAM, 0);
      s->begun = nowNs();
      if (connect(s->fd, (struct sockaddr *)&peer, sizeof peer) != 0 || write(s->fd, out, (size_t)length) != length) {
        bad++;
        close(s->fd);
        continue;
      }
      struct epoll_event want = {.events = EPOLLIN, .data.ptr = s};
      epoll_ctl(poller, EPOLL_CTL_ADD, s->fd, &want);
      open++;
    }
    struct epoll_event ready[256];
    int many = epoll_wait(poller, ready, 256, begun < count ? 1 : 50);
    for (int i = 0; i < many; i++) {
      Stream *s = ready[i].data.ptr;
      ssize_t got = recv(s->fd, in, sizeof in, MSG_DONTWAIT);
      uint64_t now = nowNs();
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got > 0) feed(s, in, got, now);
      if (got > 0 && s->phase != OVER) continue;
      if (s->said == 1) done++;
      else if (s->said == 0) closed++;
      close(s->fd);
      open--;
    }
  }
  double secs = (double)(nowNs() - start) / 1e9;
  qsort(delays, (size_t)delayCount, sizeof *delays, ascending);
  qsort(firsts, (size_t)firstCount, sizeof *firsts, ascending);
  printf("{\"offered\":%ld,\"got\":%ld,\"done\":%d,\"bad\":%d,\"closed\":%d,\"unfinished\":%d,\"first\":%.3f,\"p50\":%.3f,\"p99\":%.3f,"
    "\"max\":%.3f,\"secs\":%.3f}\n", (long)count * chunks, delayCount, done, bad, closed, open + count - begun, at(firsts, firstCount, 0.5),
    at(delays, delayCount, 0.5), at(delays, delayCount, 0.99), at(delays, delayCount, 1), secs);
}
