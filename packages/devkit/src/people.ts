/** Who the development issuer knows. `batch` is a client of its own; `scout` is an agent that acts for alice. */
export type DevName = 'alice' | 'bob' | 'carol' | 'batch' | 'scout'

export interface DevPerson {
  readonly name: DevName
  readonly kind: 'user' | 'service' | 'agent'
  /** The claim `sub`: whom the token is about. */
  readonly subject: string
  /** The claim `client_id`. Where it equals the subject, the token is about the client itself (RFC 9068 section 2.2). */
  readonly clientId: string
  /** The subject's groups, not the agent's. */
  readonly groups: readonly string[]
  /** Who acts for the subject: the claim `act` (RFC 8693 section 4.1). */
  readonly actor: string | undefined
}

/** The public client that people log in through. */
export const DEV_APP = 'ostiary-dev-app'

function user(name: 'alice' | 'bob' | 'carol', groups: readonly string[]): DevPerson {
  return { name, kind: 'user', subject: name, clientId: DEV_APP, groups, actor: undefined }
}

export const DEV_PEOPLE: readonly DevPerson[] = [
  user('alice', ['analysts']),
  user('bob', ['support']),
  user('carol', ['security', 'approver']),
  { name: 'batch', kind: 'service', subject: 'batch', clientId: 'batch', groups: [], actor: undefined },
  { name: 'scout', kind: 'agent', subject: 'alice', clientId: 'scout', groups: ['analysts'], actor: 'scout' },
]

/** Who can log in. */
export const DEV_USERS: readonly DevPerson[] = DEV_PEOPLE.filter(({ kind }) => kind === 'user')

export function devPerson(name: string): DevPerson | undefined {
  return DEV_PEOPLE.find((person) => person.name === name)
}

export function devUser(name: unknown): DevPerson | undefined {
  return DEV_USERS.find((person) => person.name === name)
}
