// What is asked of the gateway, in order. `measure` gives one value a round; the median of them is judged.
// A ratio pairs values of one round, for what disturbs the machine then disturbs both.

/** @param a, b rounds of two targets; a round with an error counts for nothing */
function paired(a, b, of) {
  const pairs = (a ?? []).map((one, round) => [one, b?.[round]])
  return pairs.filter(([one, other]) => good(one) && good(other)).map(([one, other]) => of(one, other))
}

const good = (round) => round !== undefined && round.failed === undefined && round.errors === 0
const rate = (a, b) => a.rate / b.rate
const cpu = (a, b) => a.cpuUs / b.cpuUs

const times = (value) => `${value.toFixed(2)}×`
const share = (value) => value.toFixed(3)

const atLeast = (reach, least) => ({
  text: `≥ ${reach}${least ? ` (${least} at the least)` : ''}`,
  ...over(reach, least),
})
const atMost = (reach, most, unit = '') => ({
  text: `≤ ${reach}${unit}${most ? ` (${most} at the most)` : ''}`,
  ...under(reach, most),
})
const over = (reach, least) => ({
  met: (value) => value >= reach,
  nearly: (value) => least !== undefined && value >= least,
})
const under = (reach, most) => ({
  met: (value) => value <= reach,
  nearly: (value) => most !== undefined && value <= most,
})

/** The proofs of a round are made for its requests, and a refused one makes the round count for nothing. */
const ofIdentity = (a, b) => (raw) => paired(raw.identity?.[a], raw.identity?.[b], rate)

export const FIGURES = [
  {
    id: 'haproxy',
    says: 'throughput of `gate`, 64 connections, 2 KB prompt, vs haproxy with JWT ES256',
    phase: 'load',
    needs: ['gate', 'haproxy-jwt'],
    reach: atLeast(1.0, 0.8),
    show: times,
    measure: ({ load }) => paired(load.gate, load['haproxy-jwt'], rate),
  },
  ...[
    ['portkey-guard', 'vs Portkey with its guards on', 15],
    ['portkey', 'vs Portkey without', 10],
    ['litellm', 'vs LiteLLM', 90],
  ].map(([id, says, reach]) => ({
    id,
    says: `the same ${says}`,
    phase: 'load',
    needs: ['gate', id],
    reach: atLeast(reach),
    show: times,
    measure: ({ load }) => paired(load.gate, load[id], rate),
  })),
  {
    id: 'full',
    says: 'the same with every detector that ships looking both ways, vs haproxy with JWT ES256',
    phase: 'load',
    needs: ['full', 'haproxy-jwt'],
    reach: atLeast(0.25),
    show: times,
    measure: ({ load }) => paired(load.full, load['haproxy-jwt'], rate),
  },
  {
    id: 'full-unseen',
    says: 'the same, asked something new each time',
    phase: 'load',
    needs: ['full-unseen', 'haproxy-jwt'],
    reach: atLeast(0.25),
    show: times,
    measure: ({ load }) => paired(load['full-unseen'], load['haproxy-jwt'], rate),
  },
  {
    id: 'fresh',
    says: 'token verified afresh each time, otherwise bare, vs haproxy with JWT ES256',
    phase: 'load',
    needs: ['fresh', 'haproxy-jwt'],
    reach: atLeast(0.6),
    show: times,
    measure: ({ load }) => paired(load.fresh, load['haproxy-jwt'], rate),
  },
  {
    id: 'cpu',
    says: 'CPU per request of `gate` vs our own bare forwarder',
    phase: 'load',
    needs: ['gate', 'bare'],
    reach: atMost(1.7, 2),
    show: times,
    measure: ({ load }) => paired(load.gate, load.bare, cpu),
  },
  {
    id: 'latency',
    says: 'median latency at one connection vs (haproxy with JWT ES256 + one 1 KB append with fdatasync, same run, same disk)',
    phase: 'one',
    needs: ['gate', 'haproxy-jwt'],
    reach: atMost(1.5),
    show: times,
    measure: ({ one, appendMs }) =>
      paired(
        one.gate?.map((round, index) => ({ ...round, appendMs: appendMs[index] })),
        one['haproxy-jwt'],
        (a, b) => a.p50Ms / (b.p50Ms + a.appendMs),
      ),
  },
  {
    id: 'audit',
    says: 'throughput with audit closed vs audit off',
    phase: 'load',
    needs: ['gate', 'no-audit'],
    reach: atLeast(0.85),
    show: times,
    measure: ({ load }) => paired(load.gate, load['no-audit'], rate),
  },
  {
    id: 'dpop',
    says: 'a proof verified, its replay checked, vs the same request without a proof',
    phase: 'proofs',
    needs: ['gate'],
    reach: atLeast(0.6),
    show: times,
    measure: ofIdentity('dpop', 'bearer'),
  },
  {
    id: 'revoked',
    says: 'every control on, a million revocations vs none',
    phase: 'load',
    needs: ['revoked', 'gate'],
    reach: atLeast(0.97),
    show: share,
    measure: ({ load }) => paired(load.revoked, load.gate, rate),
  },
  {
    id: 'exchange',
    says: 'tokens issued by exchange vs haproxy with JWT ES256',
    phase: 'proofs',
    needs: ['gate', 'haproxy-jwt'],
    reach: atLeast(0.5),
    show: times,
    measure: ({ identity, load }) => paired(identity?.exchange, load['haproxy-jwt'], rate),
  },
  {
    id: 'before',
    says: '`gate` vs another checkout of it',
    phase: 'load',
    needs: ['gate', 'before'],
    reach: atLeast(0.97),
    show: share,
    measure: ({ load }) => paired(load.gate, load.before, rate),
  },
  ...[
    ['anthropic', 'Anthropic messages'],
    ['responses', 'responses'],
  ].flatMap(([id, what]) => [
    {
      id,
      says: `${what} vs chat completions, every control on, the same words`,
      phase: 'load',
      needs: [id, 'gate'],
      reach: atLeast(0.85),
      show: times,
      measure: ({ load }) => paired(load[id], load.gate, rate),
    },
    {
      id: `${id}-streams`,
      says: `${what} vs chat completions in 256 streams, output guards on: chunks for the CPU of one`,
      phase: 'streams',
      needs: [id, 'gate'],
      reach: atLeast(0.85),
      show: times,
      measure: ({ streams }) => paired(streams.gate, streams[id], cpu),
    },
  ]),
  {
    id: 'cut',
    says: 'from a revocation to the cut of 500 streams, p99',
    phase: 'cuts',
    needs: ['gate'],
    reach: atMost(50, undefined, ' ms'),
    show: (value) => `${value.toFixed(1)} ms`,
    measure: ({ cuts }) => (cuts ?? []).map(({ p99 }) => p99),
  },
  {
    id: 'stream-share',
    says: '256 streams at 20 ms a token, output guards on: chunks delivered vs direct',
    phase: 'streams',
    needs: ['gate', 'direct'],
    reach: atLeast(0.995),
    show: share,
    measure: ({ streams }) => paired(streams.gate, streams.direct, rate),
  },
  {
    id: 'stream-cpu',
    says: 'the same: CPU per chunk vs nginx',
    phase: 'streams',
    needs: ['gate', 'nginx'],
    reach: atMost(1.5),
    show: times,
    measure: ({ streams }) => paired(streams.gate, streams.nginx, cpu),
  },
  {
    id: 'stream-first',
    says: 'the same: first delta vs nginx',
    phase: 'streams',
    needs: ['gate', 'nginx'],
    reach: atMost(1.5),
    show: times,
    measure: ({ streams }) => paired(streams.gate, streams.nginx, (a, b) => a.first / b.first),
  },
  {
    id: 'stream-delay',
    says: 'the same: delay per chunk, p99, vs Envoy with its JWT filter',
    phase: 'streams',
    needs: ['gate', 'envoy-jwt'],
    reach: atMost(2),
    show: times,
    measure: ({ streams }) => paired(streams.gate, streams['envoy-jwt'], (a, b) => a.p99 / b.p99),
  },
  {
    id: 'aborts',
    says: 'after 10 bursts of 200 aborted streams: throughput vs before',
    phase: 'aborts',
    needs: ['gate'],
    reach: atLeast(0.95),
    show: times,
    measure: ({ aborts }) => paired(aborts?.after, aborts?.before, rate),
  },
  {
    id: 'leaks',
    says: 'the same: sockets and upstream streams leaked',
    phase: 'aborts',
    needs: ['gate'],
    reach: { text: '0', met: (value) => value === 0, nearly: () => false },
    show: String,
    measure: ({ aborts }) => (aborts?.leaked === undefined ? [] : [aborts.leaked]),
  },
  {
    id: 'memory',
    says: 'memory at 256 idle-ish streams (a token a second)',
    phase: 'memory',
    needs: ['gate'],
    reach: atMost(120, undefined, ' MB'),
    show: (value) => `${value.toFixed(0)} MB`,
    measure: ({ memoryMb }) => memoryMb ?? [],
  },
  {
    id: 'start',
    says: 'start to ready, `--json` line, warm disk',
    phase: 'start',
    needs: ['gate'],
    reach: atMost(1, undefined, ' s'),
    show: (value) => `${value.toFixed(2)} s`,
    measure: ({ startSeconds }) => startSeconds ?? [],
  },
]
