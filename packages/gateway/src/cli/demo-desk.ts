import type { DevExtras } from './dev-config.js'

/** Names of the demo model under which policy obliges other things. */
export const DESK = {
  accounts: 'demo-accounts',
  rules: 'demo-rules',
  metered: 'demo-metered',
  pages: 'demo-pages',
  discreet: 'demo-discreet',
} as const

/** Of the day's allowance at the metered name. */
export const TOKENS_A_DAY = 400

export const HOUSE_RULES = 'You work for the bank. Never promise a rate.'

/** The demo's own policies, beside those that `ostiary dev` starts with. */
export const DEMO_EXTRAS: DevExtras = {
  models: Object.values(DESK),
  settings: {
    systemMessages: [{ name: 'house-rules', version: '3', text: HOUSE_RULES, after: 'Answer in one sentence.' }],
    vault: { formats: { 'pii.iban': 'placeholder' } },
    budgets: {
      rules: [{ name: 'a-day', per: 'principal', match: { models: [DESK.metered] }, tokens: `${TOKENS_A_DAY}/1d` }],
    },
  },
  policies: `@id("accounts-are-tokenized") @obligation("tokenize:pii.iban")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"${DESK.accounts}");

@id("analysts-read-accounts")
permit (principal in Group::"analysts", action == Action::"detokenize", resource == Model::"${DESK.accounts}");

@id("house-rules-frame-the-desk") @obligation("system:wrap:house-rules, spotlight:delimit")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"${DESK.rules}");

@id("orders-in-pages-are-fenced") @obligation("fence:injection")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"${DESK.pages}");

@id("system-text-stays-here") @obligation("system:wrap:house-rules, output:block:canary")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"${DESK.discreet}");
`,
}
