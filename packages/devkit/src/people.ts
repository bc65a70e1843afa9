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

const APP = 'ostiary-dev-app'

const PEOPLE: ReadonlyMap<string, DevPerson> = new Map<string, DevPerson>([
  ['alice', { name: 'alice', kind: 'user', subject: 'alice', clientId: APP, groups: ['analysts'], actor: undefined }],
  ['bob', { name: 'bob', kind: 'user', subject: 'bob', clientId: APP, groups: ['support'], actor: undefined }],
  [
    'carol',
    {
      name: 'carol',
      kind: 'user',
      subject: 'carol',
      clientId: APP,
      groups: ['security', 'approver'],
      actor: undefined,
    },
  ],
  ['batch', { name: 'batch', kind: 'service', subject: 'batch', clientId: 'batch', groups: [], actor: undefined }],
  [
    'scout',
    { name: 'scout', kind: 'agent', subject: 'alice', clientId: 'scout', groups: ['analysts'], actor: 'scout' },
  ],
])

export const DEV_PEOPLE: readonly DevPerson[] = [...PEOPLE.values()]

export function devPerson(name: string): DevPerson | undefined {
  return PEOPLE.get(name)
}
