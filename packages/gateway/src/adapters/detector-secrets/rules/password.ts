import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { nameBefore } from '../judge/name.js'
import { passwordScore } from '../judge/password.js'
import { BETWEEN } from './shape.js'

/** The word for a password, and how it is shortened, in the languages that the gateway's callers write. */
const WORDS =
  'passw(?:or)?d|passwort|passphrase|passcode|pwd|pass|kennwort|mot de passe|mdp|contrase[ñn]a|clave|senha|wachtwoord|paswoord|has[łl]o|l[öo]senord|' +
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

function judgeAssigned({ text, start, end: reach }: Candidate): Judged | undefined {
  const { words } = nameBefore(text, start)
  if (words.slice(-2).some((word) => NOT_IT.has(word))) return undefined
  const end = trimmed(text, start, reach)
  const score = passwordScore(text.slice(start, end), 'assigned')
  return score === undefined ? undefined : { score, end }
}

function judgeQuoted({ text, start, end }: Candidate): Judged | undefined {
  const { words } = nameBefore(text, start)
  if (words.slice(-2).some((word) => NOT_IT.has(word))) return undefined
  const value = text.slice(start, end)
  // With spaces within it is a label, a message or a passphrase.
  if (/\s/.test(value) && !/^\S+(?: \S+){3,9}$/.test(value)) return undefined
  const score = passwordScore(value, 'assigned')
  return score === undefined ? undefined : { score }
}

function judgeProse({ text, start, end: reach }: Candidate): Judged | undefined {
  const end = trimmed(text, start, reach)
  const score = passwordScore(text.slice(start, end), 'prose')
  return score === undefined ? undefined : { score: score - 0.1, end }
}

function judgeCommand({ text, start, end }: Candidate): Judged | undefined {
  const score = passwordScore(text.slice(start, end), 'assigned')
  return score === undefined ? undefined : { score }
}

function trimmed(text: string, start: number, reach: number): number {
  let end = reach
  while (end > start && '.,;:)'.includes(text.charAt(end - 1))) end--
  if (end > start && text.charAt(end - 1) === '?') end--
  return end
}

const MEMBERS = '["\'`]?,?\\s{0,24}-? ?["\']?value["\']?[ \\t]{0,2}[:=][ \\t]{0,4}'

/** Passwords and passphrases that are named so. */
export const PASSWORDS: readonly Rule[] = [
  {
    name: 'password-quoted',
    type: 'secret.password',
    lead: `(?:${WORDS})[\\w.-]{0,24}(?:${MEMBERS}["'\`]|(?:\\\\?["'\`\\])*]){0,3}[ \\t]{0,4}(?:=>|:=|={1,3}|: ?[Ss]tr(?:ing)? ?=|:|,|\\(|is)[ \\t*]{0,4}\\\\?["'\`])`,
    before: '',
    expression: '[^"\'`\\\\\\r\\n]{4,128}',
    behind: '',
    check: judgeQuoted,
    isWeak: true,
  },
  {
    name: 'password-assigned',
    type: 'secret.password',
    lead: `(?:${WORDS})[\\w.-]{0,24}(?:${MEMBERS}|${BETWEEN})`,
    before: '',
    expression: '[^\\s"\'`\\\\,;<>{}|&]{4,128}',
    behind: '',
    check: judgeAssigned,
    isWeak: true,
  },
  {
    name: 'password-in-prose',
    type: 'secret.password',
    lead: `(?:${WORDS}|pw|login|credentials|creds|zugangsdaten|zugang)(?: [\\w.'’-]{1,20}){0,5} ?(?: is| was| to| will be| are| as| now| ist| lautet| war| auf| est| es| é| è| era| er| är| on| to| jest| là| adalah|=|:|：|は|是|为|為|->|→)(?: (?:now|still|just|simply|jetzt|nun|set to|changed to|ahora|agora|maintenant|ora|nu))?[ :]{0,2}["'\`“„«「『*]{0,3}`,
    before: 'A-Za-z0-9_',
    expression: '[^\\s"\'`,;<>{}|“”„«»「」『』、。*]{4,128}',
    behind: '',
    check: judgeProse,
    isWeak: true,
  },
  {
    name: 'user-and-password-in-prose',
    type: 'secret.password',
    lead: '(?:log ?in|logged in|sign ?in|signed in|credentials|creds|user(?:name)?|benutzer|utilisateur|usuario)(?: (?:with|as|is|are|are:|is:|mit))?:? [\\w.@+-]{2,40}(?: ?/ ?| and | und | et | y |, ?(?:pass|pw|pwd|password)?:? ?| pass(?:word)?:? | pw:? )["\'`]?',
    before: 'A-Za-z0-9_',
    expression: '[^\\s"\'`,;<>{}|]{5,128}',
    behind: '',
    check: judgeProse,
    isWeak: true,
  },
  {
    name: 'password-of-command',
    type: 'secret.password',
    // What commands take beside the word itself: `sshpass -p`, `mysql -u root -p…`, `docker login -p`, `curl -u user:…`.
    lead: '(?:sshpass -p ?|docker login (?:-u ?[\\w.@-]{1,40} )?-p ?|mysql(?:dump)? -u ?[\\w.-]{1,32} -p|curl(?: [\\w./:-]{1,40}){0,3} (?:-u|--user) ?["\']?[\\w.@+-]{1,40}:|identified by |redis-cli -a ?|--requirepass |requirepass |-passin pass:|-passout pass:|net user [\\w.-]{1,32} |asplaintext ["\'])["\']?',
    before: 'A-Za-z0-9_',
    expression: '[^\\s"\'`,;<>{}|]{4,128}',
    behind: '',
    check: judgeCommand,
    isWeak: true,
  },
  {
    name: 'credentials-in-call',
    type: 'secret.password',
    lead: '(?:auth=\\(|basicauth\\(|networkcredential\\(|httpbasicauth\\(|basic_auth\\(|authenticate\\(|login\\(|setbasicauth\\(|credentials\\()["\'][^"\'\\s]{1,40}["\'], ?["\']',
    before: '',
    expression: '[^"\'`\\\\\\s]{4,256}',
    behind: '',
    check: judgeCommand,
    isWeak: true,
  },
]
