import { createHash } from 'node:crypto'
import { userInfo } from 'node:os'
import type { Address } from '../../../databases/postgres-address.js'
import { type Connection, openConnection } from './connection.js'
import { ConnectionLost, databaseError } from './errors.js'
import { password as passwordMessage, saslInitial, saslResponse, startup } from './messages.js'
import { createScram, SCRAM, type Scram } from './scram.js'

const OK = 0
const CLEARTEXT = 3
const MD5 = 5
const SASL = 10
const SASL_CONTINUE = 11
const SASL_FINAL = 12

/**
 * Opens a connection and logs in. Rejects with `ConnectionLost`, or with the `DatabaseError` that the server answers.
 *
 * @param settings of the session, from its beginning
 */
export async function logIn(
  address: Address,
  settings: ReadonlyMap<string, string>,
  messageMax: number,
  timeoutMs: number,
): Promise<Connection> {
  const connection = await openConnection(address, messageMax, timeoutMs)
  const { username = userInfo().username, database } = address
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => connection.destroy(new ConnectionLost('no login in time', true)), timeoutMs)
    const failed = (why: unknown): void => {
      clearTimeout(timer)
      connection.hear(undefined)
      connection.destroy(new ConnectionLost('no login'))
      reject(why)
    }
    const answers = createAnswers(connection, address)
    connection.hear({
      take(type, bytes, start, end) {
        switch (String.fromCharCode(type)) {
          case 'R':
            answers.take(bytes.readInt32BE(start), bytes.subarray(start + 4, end)).catch(failed)
            return true
          case 'K':
            connection.knownBy(bytes.readInt32BE(start), Buffer.from(bytes.subarray(start + 4, end)))
            return true
          case 'E':
            failed(databaseError(bytes, start, end))
            return false
          case 'Z':
            if (!answers.isIn) {
              failed(new ConnectionLost('it is ready before anybody is logged in'))
              return false
            }
            clearTimeout(timer)
            connection.hear(undefined)
            resolve()
            return true
          default:
            failed(new ConnectionLost('the server does not speak the protocol'))
            return false
        }
      },
      lost: failed,
    })
    connection.send(startup([['user', username], ['database', database], ...settings]))
  })
  return connection
}

interface Answers {
  take(kind: number, data: Buffer): Promise<void>
  /** The server has let us in, and proved itself where it began to. */
  readonly isIn: boolean
}

function createAnswers(connection: Connection, address: Address): Answers {
  const { username = userInfo().username, password = '' } = address
  let scram: Scram | undefined
  let isVerified = false
  let isIn = false

  const take = async (kind: number, data: Buffer): Promise<void> => {
    switch (kind) {
      case OK:
        // It would be taken for the server without having proved it.
        if (scram !== undefined && !isVerified) throw new ConnectionLost('SASL was not ended')
        isIn = true
        return
      case CLEARTEXT:
        // There is TLS, unless the operator wrote that nobody stands between.
        connection.send(passwordMessage(password))
        return
      case MD5: {
        const inner = md5(Buffer.from(password + username))
        connection.send(passwordMessage(`md5${md5(Buffer.concat([Buffer.from(inner), data]))}`))
        return
      }
      case SASL:
        if (!data.toString('latin1').split('\0').includes(SCRAM)) throw new ConnectionLost('no SASL that is known')
        scram = createScram(password)
        connection.send(saslInitial(SCRAM, scram.first))
        return
      case SASL_CONTINUE: {
        const answer = await scram?.answer(data.toString())
        if (answer === undefined) throw new ConnectionLost('SASL out of turn')
        connection.send(saslResponse(answer))
        return
      }
      case SASL_FINAL:
        if (scram === undefined) throw new ConnectionLost('SASL out of turn')
        scram.verify(data.toString())
        isVerified = true
        return
      default:
        throw new ConnectionLost('the server wants a login that is not known')
    }
  }

  return {
    take,
    get isIn() {
      return isIn
    },
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}
