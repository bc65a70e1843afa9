-- What wrk sends: the request of post.lua, each with a token and a proof of its own, used once.
-- BENCH_PROOFS: lines of "token proof".
dofile(os.getenv("BENCH_WRK"))

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
