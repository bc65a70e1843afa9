/** Counters of one gateway, in the Prometheus text format. Labels come from closed lists, never from a caller. */
export class Metrics {
  readonly #counts = new Map<string, number>()

  /** @param series a whole series: name and labels, such as `ostiary_strangers_total{reason="invalid_token"}` */
  add(series: string, by = 1): void {
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + by)
  }

  text(gauges: Readonly<Record<string, number>>): string {
    const lines = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([series, value]) => `${series} ${value}`)
    const typed = [...new Set([...this.#counts.keys()].map((series) => series.split('{')[0]))].map(
      (name) => `# TYPE ${name} counter`,
    )
    const measured = Object.entries(gauges).flatMap(([name, value]) => [`# TYPE ${name} gauge`, `${name} ${value}`])
    return `${[...typed, ...lines, ...measured].join('\n')}\n`
  }
}

/** A series, its labels escaped ("label_value can be any sequence of UTF-8 characters", but `\\`, `"` and the line feed). */
export function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value.replace(/[\\"\n]/g, escaped)}"`)
  return `${name}{${pairs.join(',')}}`
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}
