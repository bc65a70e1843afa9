-- What every script for wrk shares: what is asked at a door (BENCH_DOOR), of 2030 bytes at the door of chat completions and with
-- the same words at others; and the line that tells how a round went.
local doors = {
  chat = {
    path = "/v1/chat/completions",
    open = '{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer in short sentences."},{"role":"user","content":"',
    shut = '"}],"max_tokens":256,"temperature":0.2}',
  },
  responses = {
    path = "/v1/responses",
    open = '{"model":"gpt-4o-mini","instructions":"You answer in short sentences.","input":[{"role":"user","content":"',
    shut = '"}],"max_output_tokens":256,"temperature":0.2}',
  },
  anthropic = {
    path = "/anthropic/v1/messages",
    open = '{"model":"claude-sonnet-5","system":"You answer in short sentences.","messages":[{"role":"user","content":"',
    shut = '"}],"max_tokens":256,"temperature":0.2}',
  },
}
local prompt = "Please compare the two drafts of the travel policy and list what changed, paragraph by paragraph. "
local room = 2030 - #doors.chat.open - #doors.chat.shut
local door = doors[os.getenv("BENCH_DOOR") or "chat"]
path = door.path
body = door.open .. prompt:rep(math.ceil(room / #prompt)):sub(1, room) .. door.shut

-- A word of ten letters, another one each time. Rounds begin at another place each.
local word = os.time() * 1000000
function unseen(letters)
  word = word + 1
  local left = word
  return (letters:gsub(".", function()
    local letter = left % 26
    left = (left - letter) / 26
    return string.char(97 + letter)
  end))
end
opening = #door.open

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('WRK {"requests":%d,"us":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n', summary.requests, summary.duration,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout, latency:percentile(50), latency:percentile(99)))
end
