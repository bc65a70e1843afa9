import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { nameBefore } from '../judge/name.js'
import { isNone, isPlainThroughout, passwordScore, type Setting, scoreByCharacters } from '../judge/password.js'
import { BETWEEN, MEMBERS } from './shape.js'

/** The word for a password, and how it is shortened, in the languages that the gateway's callers write. */
const WORDS =
  'passw(?:or)?d|passwort|psk|[_-]pw|passphrase|passcode|pwd|pass|kennwort|mot de passe|mdp|contrase[ñn]a|clave|senha|wachtwoord|paswoord|has[łl]o|l[öo]senord|' +
  'adgangskode|passord|salasana|heslo|jelsz[óo]|parol[aă]|[şs]ifre|[пП]арол[ьяю]|κωδικ[όο]ς|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|' +
  'كلمة المرور|पासवर्ड|mật khẩu|kata sandi'

/** After these words nothing but a value stands for long. */
const NOT_IT: ReadonlySet<string> = new Set(
  (
    'hash hashed policy policies length min max minlength maxlength field fields input label placeholder type id name reset file path url ' +
    'hint strength rules regex pattern error errors message manager validator validation expiry expires encoder confirmation count visible ' +
    'prompt question changed at required attempts class style icon toggle form page link screen view ref state'
  ).split(' '),
)

/** Words that begin so, and speak of something else. */
const OTHER_WORD = /^pass(?:ed|es|ing|age|ages|engers?|ports?|ive|through|thru|able|back|over|ion|ions)$/

function isAboutIt(text: string, start: number, value: string): boolean {
  const words = nameBefore(text, start).words.slice(-2)
  if (words.some((word) => NOT_IT.has(word) || OTHER_WORD.test(word))) return true
  // `PASS: TestLogin2`: of tests the word says something else.
  return words.at(-1) === 'pass' && /^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*\d?$/.test(value)
}

function judgeAssigned(candidate: Candidate): Judged | undefined {
  if (isPlainThroughout(candidate)) return undefined
  const { text, start, end: reach } = candidate
  const end = trimmed(text, start, reach, '.,;:)')
  const value = text.slice(start, end)
  // `getpass(prompt='…')`: an argument's name.
  if (/^[a-z_]{2,24}=$/.test(value) && text[start - 1] === '(') return undefined
  const score = scoreIn(candidate, end, value, 'assigned')
  return score === undefined ? undefined : { score, end }
}

/** Two rules find most values at the same place: what both ask of them is asked once. */
function scoreIn({ text, start, kept }: Candidate, end: number, value: string, setting: Setting): number | undefined {
  const score = scoreByCharacters(value, setting)
  if (score === undefined) return undefined
  if (kept[ASKED_START] !== start || kept[ASKED_END] !== end) {
    kept[ASKED_START] = start
    kept[ASKED_END] = end
    kept[REFUSED] = Number(isNone(value) || isAboutIt(text, start, value))
  }
  return kept[REFUSED] === 1 ? undefined : score
}

/** Behind what `isPlainThroughout` keeps. */
const [ASKED_START, ASKED_END, REFUSED] = [4, 5, 6] as const

function judgeQuoted({ text, start, end }: Candidate): Judged | undefined {
  const value = text.slice(start, end)
  // With spaces within it is a label, a message or a passphrase.
  if (/\s/.test(value) && !/^\S+(?: \S+){3,9}$/.test(value)) return undefined
  const score = passwordScore(value, 'assigned')
  return score === undefined || isAboutIt(text, start, value) ? undefined : { score }
}

function judgeProse(candidate: Candidate): Judged | undefined {
  if (isPlainThroughout(candidate)) return undefined
  const { text, start, end: reach } = candidate
  const link = text.slice(start, reach).search(LINK)
  const end = trimmed(text, start, link === -1 ? reach : start + link, '.,;:)*_')
  const value = text.slice(start, end)
  if (ARGUMENT.test(value)) return undefined
  const score = scoreIn(candidate, end, value, 'prose')
  return score === undefined ? undefined : { score: score - 0.1, end }
}

/** `follow_symlinks=False` */
const ARGUMENT =
  /^[a-z][a-z\d]*(?:_[a-z\d]+)*=(?:True|False|None|true|false|null)$|^[a-z][a-z\d]*(?:_[a-z\d]+)+=\d{1,4}$/
/** `[… Password Security](#v62)`: a link in Markdown goes on there. */
const LINK = /\]\((?:https?:|mailto:|www\.|[#/])/
/** `force_zip64` */
const NAME_OF_ARGUMENT = /^[a-z]+\d{0,2}(?:_[a-z]+\d{0,2})+$/

/** `password X`: a sentence goes on behind the word more often than not, but not behind an option, or before a quote. */
function judgeSpaced(candidate: Candidate): Judged | undefined {
  const { text, start } = candidate
  if (/--[\w-]{4,24}[ \t]{1,3}["'`]?$|[\w)][ \t]["'`]$/.test(text.slice(Math.max(0, start - 40), start))) {
    return judgeAssigned(candidate)
  }
  // `pass force_zip64 to …`: the verb.
  const judged = judgeProse(candidate)
  if (judged !== undefined && NAME_OF_ARGUMENT.test(text.slice(start, judged.end)) && isBarePass(text, start))
    return undefined
  return judged
}

function isBarePass(text: string, start: number): boolean {
  return nameBefore(text, start).words.at(-1) === 'pass'
}

function judgeCommand({ text, start, end }: Candidate): Judged | undefined {
  const score = passwordScore(text.slice(start, end), 'assigned')
  return score === undefined ? undefined : { score }
}

function judgeOption({ text, start, end }: Candidate): Judged | undefined {
  const value = text.slice(start, end)
  const score = /[!#$%^&*]/.test(value) ? passwordScore(value, 'prose') : undefined
  return score === undefined ? undefined : { score: score - 0.1 }
}

/** The name stands behind it, and is no part of it. */
function judgeBeforeName({ text, start, end: reach }: Candidate): Judged | undefined {
  const value = /^[^\s"'`]+/.exec(text.slice(start, reach))?.[0] ?? ''
  const score = passwordScore(value, 'prose')
  return score === undefined ? undefined : { score: score - 0.1, end: start + value.length }
}

/** Without what ends a sentence, closes something around it, or is the next parameter's. */
function trimmed(text: string, start: number, reach: number, closing: string): number {
  const value = text.slice(start, reach)
  const next = value.includes('&') ? /&(?:amp;)?[\w.%-]{1,32}=/.exec(value) : null
  let end = next === null ? reach : start + next.index
  while (end > start && closing.includes(text.charAt(end - 1))) end--
  if (end > start && text.charAt(end - 1) === '?') end--
  return end
}

/** In scripts without spaces the sentence goes on right behind it. */
const CJK = '\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef'
const LATIN = 'A-Za-z\u00c0-\u024f\u0370-\u052f'
const IS = 'is|was|to|be|are|as|now|ist|lautet|war|auf|est|es|é|è|era|er|är|on|jest|là|adalah|equals|being|je|este'

/** Passwords and passphrases that are named so. */
export const PASSWORDS: readonly Rule[] = [
  {
    name: 'password-quoted',
    type: 'secret.password',
    lead: `(?:${WORDS})[\\w.-]{0,24}(?:${MEMBERS}["'\`]|(?:\\\\?["'\`\\])*]){0,3}[ \\t]{0,4}(?:=>|:=|={1,3}|: ?[Ss]tr(?:ing)? ?=|:|,|\\(|is)[ \\t*]{0,4}\\\\?["'\`])`,
    before: '',
    expression: '[^"\'`\\\\\\r\\n]{4,72}',
    behind: '',
    check: judgeQuoted,
    isWeak: true,
  },
  {
    name: 'password-assigned',
    type: 'secret.password',
    lead: `(?:${WORDS})[\\w.-]{0,24}(?:${MEMBERS}|${BETWEEN})`,
    before: '',
    expression: `[^\\s"'\`\\\\,;<>{}|${CJK}]{4,72}`,
    behind: '',
    check: judgeAssigned,
    isWeak: true,
  },
  {
    name: 'password-in-prose',
    type: 'secret.password',
    lead: `(?:${WORDS}|pw)[${LATIN}]{0,4}(?: [(${LATIN}0-9.'’)-]{1,13}){0,4}(?: (?:${IS})(?: (?:now|still|just|jetzt|nun))?[ :]{1,3}| ?(?:=|:|：|->|→| [-–] ) {0,2}|[${CJK}]{1,3}[ :：]{0,2})(?:\\*\\*)?["'\`“„«「『]?`,
    before: 'A-Za-z0-9_',
    expression: `[^\\s"'\`,;<>{}|“”„«»${CJK}]{4,72}`,
    behind: '',
    check: judgeProse,
    isWeak: true,
  },
  {
    name: 'password-spaced',
    type: 'secret.password',
    lead: `(?:${WORDS}|pw)[ \\t]{1,3}["'\`(]?`,
    before: '',
    expression: `[^\\s"'\`,;<>{}|${CJK}]{4,72}`,
    behind: '',
    check: judgeSpaced,
    isWeak: true,
  },
  {
    name: 'user-and-password-in-prose',
    type: 'secret.password',
    lead: `(?:log ?in|logged in|sign ?in|signed in|credentials|creds|zugangsdaten|zugang|user(?:name)?|benutzer(?:name)?|utilisateur|usuario|utente|gebruiker)(?: (?:with|as|is|are|mit|avec|con|com|met))?:? [\\w.@+-]{2,40}(?: ?[/:] ?| and | und | et | y | e | en |, ?)(?:(?:the )?(?:${WORDS}|pw)(?: is)?:? ?)?["'\`]?`,
    expression: `[^\\s"'\`,;<>{}|${CJK}]{5,72}`,
    behind: '',
    check: judgeProse,
    isWeak: true,
  },
  {
    name: 'password-of-command',
    type: 'secret.password',
    // What commands take beside the word itself: `sshpass -p`, `mysql -u root -p…`, `docker login -p`, `curl -u user:…`.
    lead: '(?:sshpass -p ?|docker login (?:-u ?[\\w.@-]{1,40} )?-p ?|mysql(?:dump)? -u ?[\\w.-]{1,32} -p|curl(?: [\\w./:-]{1,24}){0,2} (?:-u|--user) ?["\']?[\\w.@+-]{1,24}:|identified by |redis-cli -a ?|--requirepass |requirepass |-u ?[\\w.@-]{1,40} -p ?|unzip -P ?|-passin pass:|-passout pass:|net user [\\w.-]{1,32} |htpasswd -[a-z]{1,4} [\\w./-]{1,24} [\\w.-]{1,24} |useradd -p |-u [\\w.\\\\/-]{1,40}%|convertto-securestring )["\']?',
    expression: '[^\\s"\'`,;<>{}|]{4,72}',
    behind: '',
    check: judgeCommand,
    isWeak: true,
  },
  {
    name: 'password-of-option',
    type: 'secret.password',
    // Of many commands, and of others something else: what is taken has a sign that no path and no port has.
    lead: '(?:-u|--user) ["\']?[\\w.@+-]{1,40}:| -p ?["\']?',
    before: '',
    expression: '[^\\s"\'`,;<>{}|]{6,64}',
    behind: '',
    check: judgeOption,
    isWeak: true,
  },
  {
    name: 'password-before-name',
    type: 'secret.password',
    lead: '(?:use|using|used|with|enter|type|have|set|put|try|pasted?|that|and|is|be|to) ["\'`]?',
    expression: `[^\\s"'\`,;<>{}|]{6,64}["'\`]? (?:as|for|is|was) (?:the|my|our|your|a|his|her|their) (?:[a-z]{1,12} ){0,2}(?:password|passphrase|passcode)`,
    needs: 'pass',
    behind: '',
    check: judgeBeforeName,
    isWeak: true,
  },
  {
    name: 'credentials-in-call',
    type: 'secret.password',
    lead: '(?:auth ?= ?\\(|basicauth\\(|networkcredential\\(|httpbasicauth\\(|basic_auth\\(|authenticate\\(|login\\(|setbasicauth\\(|credentials\\(|(?:getconnection|mysqli|mysqli_connect|pdo)\\([^,\\n]{1,30}, ?)["\'][^"\'\\s]{1,30}["\'], ?["\']',
    before: '',
    expression: '[^"\'`\\\\\\s]{4,256}',
    behind: '',
    check: judgeCommand,
    isWeak: true,
  },
]
