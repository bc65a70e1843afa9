-- What wrk sends: a chat completion of 2030 bytes, with the bearer tokens in turn.
-- BENCH_BEARERS: a file of credentials, one a line. BENCH_HEADERS: more headers, lines of "name: value".
local prompt = "Please compare the two drafts of the travel policy and list what changed, paragraph by paragraph. "
local open = '{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer in short sentences."},{"role":"user","content":"'
local shut = '"}],"max_tokens":256,"temperature":0.2}'
local room = 2030 - #open - #shut
local body = open .. prompt:rep(math.ceil(room / #prompt)):sub(1, room) .. shut

local prepared, turn = {}, 0

function init()
  local headers = { ["content-type"] = "application/json" }
  for name, value in os.getenv("BENCH_HEADERS"):gmatch("([^:\n]+): *([^\n]*)") do headers[name] = value end
  for bearer in io.lines(os.getenv("BENCH_BEARERS")) do
    headers["authorization"] = "Bearer " .. bearer
    prepared[#prepared + 1] = wrk.format("POST", "/v1/chat/completions", headers, body)
  end
end

function request()
  turn = turn % #prepared + 1
  return prepared[turn]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('WRK {"requests":%d,"us":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n', summary.requests, summary.duration,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout, latency:percentile(50), latency:percentile(99)))
end
