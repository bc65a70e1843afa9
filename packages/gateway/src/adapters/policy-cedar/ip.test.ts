import { describe, expect, test } from 'vitest'
import { cedarIp } from './ip.js'

describe('addresses for Cedar', () => {
  test.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::FFFF:10.1.2.3', '10.1.2.3'],
    ['::ffff:a01:203', '10.1.2.3'],
    ['0:0:0:0:0:ffff:a01:203', '10.1.2.3'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:db8::7', '2001:db8:0:0:0:0:0:7'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['64:ff9b::10.1.2.3', '64:ff9b:0:0:0:0:a01:203'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
    ['1::', '1:0:0:0:0:0:0:0'],
  ])('%s is %s', (text, address) => {
    expect(cedarIp(text)).toBe(address)
  })

  test.each(['', 'localhost', '1.2.3', '010.1.2.3', '::ffff:1.2.3', '1.2.3.4/8', '%eth0'])('`%s` is none', (text) => {
    expect(cedarIp(text)).toBeUndefined()
  })
})
