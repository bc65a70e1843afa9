-- What wrk sends: the request of post.lua, each with a token and a proof of its own, used once.
-- BENCH_PROOFS: lines of "token proof".
local prompt = "Please compare the two drafts of the travel policy and list what changed, paragraph by paragraph. "
local open = '{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer in short sentences."},{"role":"user","content":"'
local shut = '"}],"max_tokens":256,"temperature":0.2}'
local room = 2030 - #open - #shut
local body = open .. prompt:rep(math.ceil(room / #prompt)):sub(1, room) .. shut

local lines, turn = {}, 0

function init()
  for line in io.lines(os.getenv("BENCH_PROOFS")) do lines[#lines + 1] = line end
end

function request()
  -- Beyond the last proof the first would be replayed, and refused: the round then has errors and does not count.
  turn = turn % #lines + 1
  local token, proof = lines[turn]:match("(%S+) (%S+)")
  local headers = { ["content-type"] = "application/json", ["authorization"] = "DPoP " .. token, ["dpop"] = proof }
  return wrk.format("POST", "/v1/chat/completions", headers, body)
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('WRK {"requests":%d,"us":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n', summary.requests, summary.duration,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout, latency:percentile(50), latency:percentile(99)))
end
