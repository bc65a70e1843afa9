import { describe, expect, it } from 'vitest'
import { createNamesDetector } from './detector.js'

const detector = createNamesDetector()

function people(text: string): readonly string[] {
  return detector
    .scan(text, 0, true)
    .findings.filter(({ type }) => type === 'pii.person')
    .map(({ start, end }) => text.slice(start, end))
}

describe('a title within a sentence', () => {
  it.each([
    ['Please ask Mr. Peter Hansen about it.', 'Mr. Peter Hansen'],
    ['I spoke with Dr. Maria Lopez yesterday', 'Dr. Maria Lopez'],
    ['The plumber recommended by Mr. Leonard Pryce never showed up.', 'Mr. Leonard Pryce'],
    ['They voted for Professor Emily Stanhope as chair.', 'Professor Emily Stanhope'],
    ['Send it to Frau Anna Schmidt.', 'Frau Anna Schmidt'],
    ['Der Mietvertrag läuft auf Herrn Detlef Zimmermann.', 'Herrn Detlef Zimmermann'],
    ['Vereinbaren Sie bitte etwas mit Dr. Judith Sommerfeld.', 'Dr. Judith Sommerfeld'],
    ['Demandez à Mme Claire Dubois.', 'Mme Claire Dubois'],
    ['Faites suivre le courrier à Monsieur Karim Benali.', 'Monsieur Karim Benali'],
    ['Confirma la cita con el Dr. Gonzalo Villalba.', 'Dr. Gonzalo Villalba'],
    ['El piso pertenece a la señora Mercedes Olmedo.', 'Mercedes Olmedo'],
    ['Ho parlato con il dott. Marco Rossi', 'Marco Rossi'],
    ['La ricetta è della dottoressa Elena Marchetti.', 'Elena Marchetti'],
    ['Vraag het mevrouw Sanne de Vries', 'Sanne de Vries'],
    ['De klacht komt van de heer Willem Dijkstra.', 'Willem Dijkstra'],
    ['Fakturan ska till herr Nils Ekström.', 'Nils Ekström'],
    ['Czy pan Krzysztof Wrona odebrał paczkę?', 'Krzysztof Wrona'],
    ['O contrato do senhor Tiago Carvalho vence hoje.', 'Tiago Carvalho'],
    ['Marque uma consulta com a Dra. Luciana Prado.', 'Dra. Luciana Prado'],
    ['Sagen ist hos dr. Søren Kjeldsen nu.', 'Søren Kjeldsen'],
  ])('goes with a full name: %s', (text, name) => expect(people(text)).toEqual([name]))

  it.each([
    ['Please ask Mr. Hansen about it.', 'Hansen'],
    ['They voted for Professor Stanhope as chair.', 'Stanhope'],
    ['Die Akte wurde von Herrn Pfeiffer geprüft.', 'Pfeiffer'],
    ['Resume la queja del Sr. Arriaga.', 'Arriaga'],
    ['O contrato do senhor Carvalho vence hoje.', 'Carvalho'],
  ])('has a last name behind it: %s', (text, name) => expect(people(text)).toEqual([name]))

  it.each([
    'Is Mr. Robot season 2 worth watching?',
    'I drank a can of Dr. Pepper with lunch.',
    'Which Dr. Seuss book should I read first?',
    'How far is St. Petersburg from Moscow?',
    'She is a Prof. emeritus at the university.',
    'Write an essay on Mrs. Dalloway and modernism.',
    'Do I write Mr. or Mrs. in a formal letter?',
    'Put Ms. in front of every female name in the sheet.',
    'The dropdown has Mr, Mrs and Other.',
    'Soll ich Herr oder Frau auf das Formular schreiben?',
    'Comment traduire Monsieur et Madame en anglais ?',
    'Explica la diferencia entre Sr. y Don.',
    'O Doutor chega às nove.',
    'Compare Dr. Martens with Timberland boots.',
  ])('has nobody behind it: %s', (text) => expect(people(text)).toEqual([]))

  it('of somebody whom everybody knows is of somebody else where a letter begins so', () => {
    expect(people('Dear Mr. Bean,\n\nyour parcel is here.')).toEqual(['Bean'])
  })
})

describe('what is eaten, and what runs on machines', () => {
  it.each([
    'Which wine goes with Salmon?',
    'What goes with Rosemary Lamb?',
    'Which bread goes with Herring and Dill?',
    'What should I serve with Quail and Juniper?',
    'Marinate the Veal in Sherry and Bay.',
    'Ginger Lamb Stew',
    'Deploy Jenkins',
    'Install Jenkins on Ubuntu',
    'Jenkins keeps crashing',
    'Remove Travis from the build',
    'Restart Celery when Redis is back',
    'Sharpen a Stanley plane',
  ])('is nobody: %s', (text) => expect(people(text)).toEqual([]))

  it.each([
    ['Ask Rosemary about the lamb.', 'Rosemary'],
    ['My boss is Rosemary Jenkins.', 'Rosemary Jenkins'],
    ['Travis Hudson cannot log in.', 'Travis Hudson'],
    ['Install the printer for Jasmine Norton.', 'Jasmine Norton'],
  ])('is what somebody is called as: %s', (text, name) => expect(people(text)).toEqual([name]))
})

// Runs of one word are remembered where nothing was in them.
it('the same is found in what is said over and over, whatever was said before', () => {
  const words = [
    'KEY:',
    'Key:',
    'Anna:',
    'Anna',
    'Rosemary,',
    'from',
    'dear',
    'call',
    'ANNA',
    'Hansen.',
    '\n',
    '7',
    '"Key":',
  ]
  const used = createNamesDetector()
  for (let round = 0; round < 40; round++) {
    const text = Array.from(
      { length: 60 },
      (_, at) => words[(at * (1 + (round % 5)) + (at >> 3) * round) % words.length],
    )
    for (const one of [text.join(' '), text.join(''), text.slice(0, 3).join(' ').repeat(20)]) {
      expect(used.scan(one, 0, true)).toEqual(createNamesDetector().scan(one, 0, true))
    }
  }
})
