/* What the upstream says, in each of the formats that it speaks: whole answers of the same words, and the events of streams. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPLETION_BYTES 1052
#define DELTA_BYTES 21 /* "tok ", a stamp, a blank */

typedef enum { CHAT, MESSAGE, RESPONSE } Format;


/* Of one stream. */
typedef struct {
  Format format;
  int count, saidLength;
  char *said; /* by a response, so far: it says it again at its end */
} Told;

static char completion[COMPLETION_BYTES + 1], message[COMPLETION_BYTES + 256], response[COMPLETION_BYTES + 512];

/* One event as one HTTP chunk, appended to `out`. */
static int named(char *out, int room, const char *name, const char *rest) {
  size_t length = strlen("event: \ndata: {\"type\":\"\"}\n\n") + 2 * strlen(name) + strlen(rest);
  return snprintf(out, (size_t)room, "%zx\r\nevent: %s\ndata: {\"type\":\"%s\"%s}\n\n\r\n", length, name, name, rest);
}

/* The same with the number of the event in its stream. */
static int numbered(Told *t, char *out, int room, const char *name, const char *rest) {
  size_t most = strlen(rest) + 64;
  char *all = malloc(most);
  if (!all) exit(1);
  snprintf(all, most, ",\"sequence_number\":%d%s", t->count++, rest);
  int length = named(out, room, name, all);
  free(all);
  return length;
}

#define RESPONSE_HEAD "\"id\":\"resp_bench\",\"object\":\"response\",\"created_at\":1700000000,\"model\":\"gpt-4o-mini\""
#define ITEM_HEAD "\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\""
#define PLACE ",\"item_id\":\"msg_bench\",\"output_index\":0,\"content_index\":0"
#define PART "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"%s\"}"

static int beginResponse(Told *t, char *out, int room) {
  char part[256];
  snprintf(part, sizeof part, PLACE ",\"part\":" PART, "");
  int length = numbered(t, out, room, "response.created", ",\"response\":{" RESPONSE_HEAD ",\"status\":\"in_progress\",\"output\":[]}");
  length += numbered(t, out + length, room - length, "response.output_item.added",
    ",\"output_index\":0,\"item\":{" ITEM_HEAD ",\"status\":\"in_progress\",\"content\":[]}");
  return length + numbered(t, out + length, room - length, "response.content_part.added", part);
}

/* Says the text again as often as a provider does. */
static int endResponse(Told *t, char *out, int room) {
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
  size_t most = (size_t)t->saidLength + 1024;
  char *rest = malloc(most);
  if (!rest) exit(1);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    int used = snprintf(rest, most, ends[i].before, t->said);
    snprintf(rest + used, most - (size_t)used, "%s", ends[i].after);
    length += numbered(t, out + length, room - length, ends[i].name, rest);
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

/* What stands in front of the first delta. */
static int begin(Told *t, Format format, int deltas, char *out, int room) {
  t->format = format;
  t->count = t->saidLength = 0;
  free(t->said);
  t->said = NULL;
  if (format == RESPONSE) {
    t->said = calloc((size_t)deltas + 1, DELTA_BYTES);
    if (!t->said) exit(1);
    return beginResponse(t, out, room);
  }
  if (format == CHAT) return event(out, room, "{\"role\":\"assistant\",\"content\":\"\"}", "null");
  int length = named(out, room, "message_start",
    ",\"message\":{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-5\",\"content\":[],"
    "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":400,\"output_tokens\":1}}");
  return length + named(out + length, room - length, "content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
}

static int say(Told *t, const char *stamp, char *out, int room) {
  static const char *shapes[] = {
    [CHAT] = "{\"content\":\"tok %s \"}",
    [MESSAGE] = ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"tok %s \"}",
    [RESPONSE] = PLACE ",\"delta\":\"tok %s \",\"logprobs\":[]",
  };
  char delta[256];
  snprintf(delta, sizeof delta, shapes[t->format], stamp);
  if (t->format == CHAT) return event(out, room, delta, "null");
  if (t->format == MESSAGE) return named(out, room, "content_block_delta", delta);
  t->saidLength += snprintf(t->said + t->saidLength, DELTA_BYTES + 1, "tok %s ", stamp);
  return numbered(t, out, room, "response.output_text.delta", delta);
}

/* As much as `finish` may need, and the end of the chunked body. */
static int endBytes(const Told *t) { return 4 * t->saidLength + 4096; }

/* What stands behind the last delta. */
static int finish(Told *t, char *out, int room) {
  if (t->format == RESPONSE) return endResponse(t, out, room);
  if (t->format == MESSAGE) {
    int length = named(out, room, "content_block_stop", ",\"index\":0");
    length += named(out + length, room - length, "message_delta",
      ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":120}");
    return length + named(out + length, room - length, "message_stop", "");
  }
  int length = event(out, room, "{}", "\"stop\"");
  return length + snprintf(out + length, (size_t)(room - length), "e\r\ndata: [DONE]\n\n\r\n");
}

static void makeAnswers(void) {
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
