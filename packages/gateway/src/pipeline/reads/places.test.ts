import { describe, expect, it } from 'vitest'
import { Places } from './places.js'

const forever = (): AbortSignal => new AbortController().signal

describe('places for reads', () => {
  it('are so many for each identity, and one that is given back goes to who waited first', async () => {
    const places = new Places()
    const first = await places.take('a', 2, 5000, forever())
    const second = await places.take('a', 2, 5000, forever())
    const got: number[] = []
    const third = Promise.resolve(places.take('a', 2, 5000, forever())).then((leave) => {
      got.push(3)
      return leave
    })
    const fourth = Promise.resolve(places.take('a', 2, 5000, forever())).then((leave) => {
      got.push(4)
      return leave
    })
    expect(await places.take('b', 2, 5000, forever())).toBeDefined()
    expect(got).toEqual([])
    first?.()
    const leaveThird = await third
    expect(got).toEqual([3])
    leaveThird?.()
    ;(await fourth)?.()
    second?.()
    expect(got).toEqual([3, 4])
    expect(await places.take('a', 1, 5000, forever())).toBeDefined()
  })

  it('are waited for so long and no longer, and by nobody who wants none any more', async () => {
    const places = new Places()
    const leave = await places.take('a', 1, 5000, forever())
    expect(await places.take('a', 1, 10, forever())).toBeUndefined()
    const ended = new AbortController()
    const waiting = places.take('a', 1, 60_000, ended.signal)
    ended.abort()
    expect(await waiting).toBeUndefined()
    expect(await places.take('a', 1, 60_000, ended.signal)).toBeUndefined()
    leave?.()
    expect(await places.take('a', 1, 10, forever())).toBeDefined()
    // Who gives back a second time gives back nobody else's.
    leave?.()
    expect(await places.take('a', 1, 10, forever())).toBeUndefined()
  })
})
