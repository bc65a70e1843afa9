/** A person whose data is restricted. */
export interface Patient {
  readonly id: number
  readonly ward: string
  readonly consent: string
  readonly name: string
  readonly born: string
  readonly phone: string
  readonly iban: string
  readonly note: string
}

const FIRST = ['Zoë', 'Émile', 'Ingrid', 'Tomasz', 'Priya', 'Oluwaseun', 'Mehmet', 'Saoirse', 'Giovanna', 'Håkon']
const LAST = ['Müller', 'Lefèvre', 'Wójcik', 'Okonkwo', 'Yıldırım', 'Castellano', 'Bergström']
const COMPLAINT = ['a recurring headache', 'pain in the left knee', 'a cough that does not end', 'trouble with sleep']
const SINCE = ['the accident in March', 'she moved house', 'the long flight home', 'the operation last year']
const ASKS = ['that her employer be told nothing', 'for a second opinion abroad', 'to be seen by somebody else']

/** The same for every run: nothing here is drawn by lot. */
export const PATIENTS: readonly Patient[] = Array.from({ length: 120 }, (_, at) => {
  const name = `${FIRST[at % FIRST.length]} ${LAST[(at * 3 + Math.floor(at / 10)) % LAST.length]}`
  const serial = String(73_029_458 + at * 48_611)
  const complaint = COMPLAINT[at % COMPLAINT.length]
  return {
    ...{ id: at + 1, ward: `ward ${(at % 4) + 1}`, consent: at % 2 === 0 ? 'yes' : 'no', name },
    born: `${1940 + ((at * 7) % 60)}-${pad((at % 12) + 1)}-${pad(((at * 5) % 28) + 1)}`,
    phone: `+49 151 ${serial.slice(0, 4)} ${serial.slice(4)}`,
    iban: `DE${pad((at % 89) + 10)} 3705 0198 00${serial.slice(0, 2)} ${serial.slice(2, 6)} ${serial.slice(6)}`,
    note: `${name} of room ${100 + at} reports ${complaint} since ${SINCE[at % SINCE.length]}, and asks ${ASKS[at % ASKS.length]} in the matter ${serial}.`,
  }
})

export function patientAt(at: number): Patient {
  const patient = PATIENTS[at % PATIENTS.length]
  if (patient === undefined) throw new Error('nobody')
  return patient
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
