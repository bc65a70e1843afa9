-- What every script for wrk shares: the body of 2030 bytes, and the line that tells how a round went.
local prompt = "Please compare the two drafts of the travel policy and list what changed, paragraph by paragraph. "
local open = '{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You answer in short sentences."},{"role":"user","content":"'
local shut = '"}],"max_tokens":256,"temperature":0.2}'
local room = 2030 - #open - #shut
body = open .. prompt:rep(math.ceil(room / #prompt)):sub(1, room) .. shut

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('WRK {"requests":%d,"us":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n', summary.requests, summary.duration,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout, latency:percentile(50), latency:percentile(99)))
end
