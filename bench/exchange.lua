-- What wrk sends: a token exchange, with the bearer tokens in turn as subject tokens.
dofile(os.getenv("BENCH_WRK"))

local prepared, turn = {}, 0

function init()
  local headers = { ["content-type"] = "application/x-www-form-urlencoded" }
  local open = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange" ..
    "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&scope=models%3Ainvoke&subject_token="
  for bearer in io.lines(os.getenv("BENCH_BEARERS")) do
    prepared[#prepared + 1] = wrk.format("POST", "/oauth/token", headers, open .. bearer)
  end
end

function request()
  turn = turn % #prepared + 1
  return prepared[turn]
end
