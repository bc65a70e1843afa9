import { isIP } from 'node:net'

/**
 * An address as Cedar takes it; undefined where it is none. `::ffff:1.2.3.4` is IPv4 (a dual-stack socket's way of saying
 * so), whichever way it is spelt: else `ip("1.2.3.0/24")` would not hold for it, and Cedar refuses to read it at all.
 */
export function cedarIp(text: string): string | undefined {
  const zone = text.indexOf('%')
  const bare = zone === -1 ? text : text.slice(0, zone)
  const version = isIP(bare)
  if (version === 0) return undefined
  if (version === 4) return bare
  const groups = groupsOf(bare)
  const [, , , , , mark, high = 0, low = 0] = groups
  if (mark === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  return groups.map((group) => group.toString(16)).join(':')
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [before = '', after] = address.split('::')
  const left = numbersOf(before)
  if (after === undefined) return left
  const right = numbersOf(after)
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function numbersOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
