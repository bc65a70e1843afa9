/** A generator of numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What is said over and over: what begins something, ends it, or nearly does. */
const REPEATED = [
  ...[
    'a',
    '1',
    '(((',
    `"'`,
    '\\',
    '\n',
    ' ',
    '.',
    '-',
    '_',
    '/',
    '@',
    ':',
    '=',
    '+',
    '\ud800',
    '\udc00',
    'é',
    '漢',
    '\u200b',
  ],
  ...[
    '1234567890',
    '1 2 3 4 ',
    '1.2.3.4.',
    '1-2-3-',
    '+1 ',
    '(1) ',
    '0x',
    '::',
    'ab:',
    'a1b2',
    'A1',
    '1984-01-01 ',
    '12/12/12 ',
  ],
  ...[
    'sk-',
    'key=',
    'KEY:',
    'token: "',
    'password=',
    'password is ',
    'pwd:',
    'secret="',
    'api_key = ',
    'Bearer ',
    'eyJ',
    'eyJhb.',
    'AKIA',
  ],
  ...['://', 'https://a:b@c/', 'a@b.', 'a.b@c.de ', '-----BEGIN ', '-----END ', 'ghp_', 'DE00 ', 'DE00'],
  ...[
    'Mr ',
    'Mr. A ',
    'Anna ',
    'Anna Maria ',
    '12 Main St, ',
    'born ',
    'passport ',
    'ignore ',
    'ignore all previous ',
    'You are ',
    'system: ',
  ],
  ...[
    '\\n',
    '\\u0041',
    '\\nsk-',
    '[redacted:pii.email]',
    '[redacted:',
    '⟦PII_EMAIL_',
    '%41',
    '&#65;',
    'QUJD',
    '41 42 ',
    '<b>',
    '{{',
    '```',
  ],
]
const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyz',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=',
  '0123456789abcdef',
  '0123456789',
  '0123456789 -./()+',
  '01:',
  '0123456789abcdef:',
  'ab-_.=: \'"',
  'aA \n',
  'é😀漢ا\u200b\u0301 a',
  ' \t\n\r\v\u00a0',
  String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)),
]
const WORDS = [
  ...[
    'password',
    'passwort',
    'secret',
    'token',
    'api',
    'key',
    'aws',
    'github',
    'bearer',
    'authorization',
    'is',
    'my',
    'the',
    'and',
  ],
  ...[
    'born',
    'date of birth',
    'passport',
    'ssn',
    'tax id',
    'phone',
    'call',
    'tel',
    'ip',
    'mac',
    'Anna',
    'Schmidt',
    'Street',
    'Road',
  ],
  ...[
    'ignore',
    'previous',
    'instructions',
    'system',
    'prompt',
    'you',
    'are',
    'now',
    'reveal',
    '12',
    '1984',
    '555',
    '0100',
    '10.0.0.1',
  ],
  ...[
    'sk-',
    'ghp_',
    'AKIA',
    'eyJ',
    'xoxb-',
    'glpat-',
    '=',
    ':',
    ' ',
    ' ',
    ' ',
    '"',
    "'",
    '\n',
    '.',
    ',',
    '-',
    '_',
    '/',
    '@',
    '(',
    ')',
    '{',
    '}',
  ],
  ...[
    '\\n',
    '\\"',
    '\\u0020',
    '\ud83d',
    '😀',
    'é',
    '[redacted:pii.card]',
    '4111',
    'DE89',
    'Zm9vYmFy',
    'a1b2c3d4e5f6',
    'QWxhZGRpbjpvcGVu',
  ],
]

function filled(piece, length) {
  let text = ''
  while (text.length < length) text += piece()
  // Flat: else the first look at it pays for its making.
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le')
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)]
}

/** Long texts, each as bad as one thing makes it: name and text. */
export function* longTexts(length, random) {
  for (const unit of REPEATED) yield [JSON.stringify(unit), filled(() => unit.repeat(64), length)]
  for (const alphabet of ALPHABETS) {
    const letters = [...alphabet]
    yield [`random of ${JSON.stringify(alphabet.slice(0, 20))}`, filled(() => pick(letters, random), length)]
  }
  for (const between of ['', ' ', '\n']) {
    yield [`words, ${JSON.stringify(between)} between`, filled(() => pick(WORDS, random) + between, length)]
  }
}

/** Short ones of all of these mixed, which no one would write. */
export function shortText(random) {
  // Some long enough for a guard to drop their beginning.
  const pieces = 1 + Math.floor(random() * (random() < 0.2 ? 120 : 24))
  let text = ''
  for (let i = 0; i < pieces; i++) {
    const kind = random()
    if (kind < 0.55) text += pick(WORDS, random)
    else if (kind < 0.75) text += pick(REPEATED, random).repeat(1 + Math.floor(random() * 12))
    else {
      const letters = [...pick(ALPHABETS, random)]
      for (let left = Math.floor(random() * 60); left > 0; left--) text += pick(letters, random)
    }
  }
  return text
}
