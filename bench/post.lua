-- What wrk sends: the request of its door, with the bearer tokens in turn.
-- BENCH_UNSEEN: each prompt begins with a word of its own.
-- BENCH_BEARERS: a file of credentials, one a line. BENCH_HEADERS: more headers, lines of "name: value".
dofile(os.getenv("BENCH_WRK"))

local prepared, turn = {}, 0

function init()
  local headers = { ["content-type"] = "application/json" }
  for name, value in os.getenv("BENCH_HEADERS"):gmatch("([^:\n]+): *([^\n]*)") do headers[name] = value end
  for bearer in io.lines(os.getenv("BENCH_BEARERS")) do
    headers["authorization"] = "Bearer " .. bearer
    prepared[#prepared + 1] = wrk.format("POST", path, headers, body)
  end
end

local isUnseen, word = os.getenv("BENCH_UNSEEN"), "abcdefghij"

function request()
  turn = turn % #prepared + 1
  local one = prepared[turn]
  if not isUnseen then return one end
  local at = #one - #body + opening
  return one:sub(1, at) .. unseen(word) .. one:sub(at + #word + 1)
end
