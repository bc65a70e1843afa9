// Sentences in which somebody is called by a title, in many languages, most of them within a sentence; and what has a title and nobody
// behind it.
import { pick } from './random.mjs'

const list = (text) => text.split(/[;\n]+/).map((one) => one.trim())

/** By language as in `LOCALES`: titles as they stand before a name, what comes before them, and what comes behind. */
const LANGUAGES = {
  en: {
    titles: list(
      'Mr.; Mr.; Mr; Mrs.; Mrs; Ms.; Ms; Dr.; Dr.; Dr; Prof.; Professor; Miss; Sir; Doctor; Rev.; Judge; Prof. Dr.; Capt.; Officer; Hon.',
    ),
    before:
      list(`Can you tell; We had a meeting with; Write to; the letter from; Do not copy; I am meeting; Please book a room for; My lawyer,; The house belongs to; Who is; Draft a reply to; a note for; Let us hear what
Our teacher,; He reports to; It was sold by; The witness saw; Have you heard from; On Monday,; She works for; My tutor is; Translate this for; Prepare the file of; Could; Has; I saw; The surgery was done by; refer me to; Thank you,; Yes,; I believe; This is for
Remind; Please invite; Send my regards to; The lease with; Tell; Ask whether; the office of; and; or; as well as; between the tenant and; With; signed by; care of; to`),
    behind:
      list(`.; ?; !;  tomorrow.;  at noon;  is on leave.;  and the others.; , please.; , who lives in {CITY}.;  from {ORG};  signed it.;  about the {NOUN}.;  has not paid yet; , our {JOB}, left.;  on {DAY}.; 's {NOUN} was lost.;  because of the {NOUN};  can come;  (tel. {PHONE})
 said so.;  wants a refund;  before {MONTH}; : {NUM} euros;  and {TITLE} {L};  and {TITLE} {P};  to call me.;  for the {NOUN}`),
  },
  de: {
    titles: list(
      'Herr; Herrn; Herrn; Frau; Frau; Dr.; Prof.; Prof. Dr.; Frau Dr.; Herrn Dr.; Herr Prof.; Doktor; Fräulein; Frau Prof. Dr.; Dipl.-Ing.',
    ),
    before:
      list(`Ich brauche einen Termin bei; Schreibe eine Antwort an; Wir haben den Vertrag mit; Das Auto von; Wo wohnt; Leiten Sie die Mail an; Gestern kam; Mein Nachbar,; Die Rechnung für; Kennst du; laut; Heute hat; Rufen Sie bitte; Am Freitag spricht; Er arbeitet für
Die Wohnung gehört; Bitte erinnere; Der Brief von; Hat; Guten Tag,; Für; und; Sie trifft; Das Gutachten von; Der Hausarzt,; Grüßen Sie; Es meldete sich; Vielen Dank,; die Kündigung von; Ihr Ansprechpartner ist; Das habe ich mit`),
    behind: list(
      `.; ?; !;  an.;  weiter.;  besprochen.;  nicht gekommen.;  aus {CITY}.; , bitte.;  hat unterschrieben.;  ist im Urlaub.;  und Frau {L};  am {DATE};  wegen der {NOUN}; , Tel. {PHONE};  gekündigt;  von der {ORG};  um {NUM} Uhr; , der in {CITY} wohnt,`,
    ),
  },
  fr: {
    titles: list(
      'M.; M.; Mme; Mme; Mlle; Dr; le Dr; Monsieur; Madame; Mademoiselle; Me; Maître; Pr; le docteur; le professeur; Docteur',
    ),
    before: list(
      `Écris une réponse à; Je dois voir; Le contrat de; Où habite; Transférez le message à; Mon voisin,; La facture pour; Hier,; Avez-vous vu; Rendez-vous avec; selon; Appelez; La voiture appartient à; Prévenez; une lettre de; et; Bonjour,; chez; Dites à; Le rapport de; Nous avons rencontré; Elle travaille pour; signé par`,
    ),
    behind: list(
      `.; ?;  ?; !;  demain.;  a signé.;  est absent.;  et Mme {L}; , s'il vous plaît.;  de {CITY};  au {PHONE};  à midi;  le {DATE};  pour le {NOUN}; , qui habite à {CITY},;  et ses enfants`,
    ),
  },
  es: {
    titles: list(
      'Sr.; Sr.; Sra.; Sra.; Srta.; Dr.; Dra.; señor; señora; señorita; don; doña; profesor; profesora; Don; Doña; Ing.; Lic.; Señor; Señora',
    ),
    before: list(
      `Escribe una carta al; Tengo que ver a la; La casa es del; ¿Conoces a; ¿Dónde vive el; Reenvía el correo al; Mi vecino, el; La factura de la; Ayer vino el; según el; Llama a; El coche pertenece a; Avisa al; la respuesta de; y; Buenos días,; Nos reunimos con la; Trabaja para el; firmado por el; Gracias,; Dile a la; con`,
    ),
    behind: list(
      `.; ?; !;  mañana.;  ha firmado.;  no vino.;  y la Sra. {L}; , por favor.;  de {CITY};  al {PHONE};  a las {NUM};  el {DATE};  por el {NOUN}; , que vive en {CITY},;  y su hijo`,
    ),
  },
  it: {
    titles: list(
      'Sig.; Sig.; Sig.ra; sig.ra; sig.; signor; signora; signorina; Signor; Signora; dott.; Dott.; dott.ssa; Dott.ssa; dottor; dottoressa; Prof.; prof.; prof.ssa; Avv.; avv.; Ing.; ing.; professor',
    ),
    before: list(
      `Scrivi una risposta al; Devo vedere la; La casa è del; Conosci il; Dove abita la; Inoltra il messaggio al; Il mio vicino, il; La fattura per la; Ieri è venuto il; secondo il; Chiama il; Avvisa la; la lettera del; e; Buongiorno,; Ci siamo incontrati con la; Lavora per il; firmato dal; Grazie,; a; Un incontro con`,
    ),
    behind: list(
      `.; ?; !;  domani.;  ha firmato.;  non è venuto.;  e la signora {L}; , per favore.;  di {CITY};  al {PHONE};  alle {NUM};  il {DATE};  per il {NOUN}; , che vive a {CITY},;  e suo figlio; `,
    ),
  },
  nl: {
    titles: list(
      'meneer; mevrouw; mevr.; dhr.; Dhr.; Mevr.; mw.; Mevrouw; Meneer; dr.; Dr.; prof.; Prof. dr.; de heer; mijnheer; ing.; drs.; dokter; juffrouw',
    ),
    before: list(
      `Schrijf een antwoord aan; Ik moet; Het huis is van; Ken je; Waar woont; Mijn buurman,; De factuur voor; Gisteren kwam; Bel; De auto van; Waarschuw; een brief van; en; Goedemorgen,; We hadden een afspraak met; Zij werkt voor; getekend door; Bedankt,; Zeg tegen; Heeft; namens; Het rapport van; De huisarts,`,
    ),
    behind: list(
      `.; ?; !;  morgen.;  heeft getekend.;  was er niet.;  en mevrouw {L}; , alstublieft.;  uit {CITY};  op {PHONE};  om {NUM} uur;  op {DATE};  over de {NOUN}; , die in {CITY} woont,;  spreken;  gebeld; `,
    ),
  },
  pt: {
    titles: list(
      'Sr.; Sr.; Sra.; Sra.; Srta.; Dr.; Dra.; senhor; senhora; dona; Dona; Prof.; Profa.; professor; professora; Eng.; doutor; doutora; Senhor',
    ),
    before: list(
      `Escreva uma carta ao; Preciso falar com a; A casa é do; Você conhece o; Onde mora a; Reenvie a mensagem ao; Meu vizinho, o; A fatura da; Ontem veio o; segundo o; Ligue para a; O carro pertence ao; Avise o; a resposta da; e; Bom dia,; Temos uma reunião com o; Ela trabalha para o; assinado pelo; Obrigado,; Diga à; com`,
    ),
    behind: list(
      `.; ?; !;  amanhã.;  assinou.;  não veio.;  e a Sra. {L}; , por favor.;  de {CITY};  no {PHONE};  às {NUM};  em {DATE};  sobre o {NOUN}; , que mora em {CITY},;  e o filho`,
    ),
  },
  pl: {
    titles: list(
      'pan; pani; pana; panem; panu; panią; Pan; Pani; Pana; Panem; Panu; Panią; dr; prof.; mgr; doktor; doktora; mec.; inż.; dr.',
    ),
    before: list(
      `Napisz odpowiedź do; Muszę zobaczyć się z; Dom należy do; Czy znasz; Gdzie mieszka; Prześlij wiadomość do; Mój sąsiad,; Faktura dla; Wczoraj przyszedł; według; Zadzwoń do; Powiadom; list od; i; Dzień dobry,; Spotkaliśmy się z; Pracuje dla; podpisane przez; Dziękuję,; Samochód; Umów mnie z; Lekarz,`,
    ),
    behind: list(
      `.; ?; !;  jutro.;  już podpisał.;  nie przyszedł.;  i pani {L}; , proszę.;  z {CITY};  pod numer {PHONE};  o {NUM};  dnia {DATE};  w sprawie {NOUN}; , który mieszka w {CITY},;  i jego syn`,
    ),
  },
  sv: {
    titles: list('herr; fru; fröken; Herr; Fru; dr; Dr; doktor; professor; prof.; Professor; Doktor; ing.; dr.'),
    before: list(
      `Skriv ett svar till; Jag måste träffa; Huset tillhör; Känner du; Var bor; Min granne,; Fakturan till; I går kom; enligt; Ring; Bilen tillhör; Meddela; ett brev från; och; God morgon,; Vi hade ett möte med; Hon arbetar för; undertecknat av; Tack,; Säg till; Har; Rapporten från`,
    ),
    behind: list(
      `.; ?; !;  i morgon.;  har skrivit på.;  kom inte.;  och fru {L}; , tack.;  från {CITY};  på {PHONE};  klockan {NUM};  den {DATE};  om {NOUN}; , som bor i {CITY},;  och hans son`,
    ),
  },
  da: {
    titles: list('hr.; fru; frk.; Hr.; Fru; herr; dr.; Dr.; doktor; professor; Professor; ing.'),
    before: list(
      `Skriv et svar til; Jeg skal møde; Huset tilhører; Kender du; Hvor bor; Min nabo,; Regningen til; I går kom; ifølge; Ring til; et brev fra; og; Goddag,; Vi havde et møde med; Hun arbejder for; Tak,; Sig til; Har`,
    ),
    behind: list(
      `.; ?; !;  i morgen.;  har skrevet under.;  kom ikke.;  og fru {L}; , tak.;  fra {CITY};  på {PHONE};  klokken {NUM};  om {NOUN}; , som bor i {CITY},`,
    ),
  },
  cs: {
    titles: list(
      'pan; paní; pana; panem; panu; Pan; Paní; Ing.; Mgr.; MUDr.; JUDr.; Bc.; doktor; prof.; slečna; pán; pani; pána',
    ),
    before: list(
      `Napište odpověď pro; Musím mluvit s; Dům patří; Znáte; Kde bydlí; Můj soused,; Faktura pro; Včera přišel; podle; Zavolejte; dopis od; a; Dobrý den,; Měli jsme schůzku s; Děkuji,; Řekněte`,
    ),
    behind: list(
      `.; ?; !;  zítra.;  podepsal.;  nepřišel.;  a paní {L}; , prosím.;  z {CITY};  na {PHONE};  v {NUM}; , který bydlí v {CITY},`,
    ),
  },
  fi: {
    titles: list('herra; rouva; neiti; Herra; Rouva; tohtori; Tohtori; professori; tri; Tri'),
    before: list(
      `Kirjoita vastaus:; Tapasin eilen; Talon omistaa; Tunnetko; Missä asuu; Naapurini; Lasku:; Soita:; kirje:; ja; Hyvää päivää,; Kiitos,; Sano että`,
    ),
    behind: list(`.; ?; !;  huomenna.;  allekirjoitti sen.;  ei tullut.;  ja rouva {L};  soitti.; , {CITY}`),
  },
  other: {
    titles: list(
      'domnul; doamna; dl.; dna.; Domnul; Doamna; gospodin; gospođa; gospa; g.; gđa; Bay; Bayan; Dr.; Prof.',
    ),
    before: list(
      `Scrie un răspuns pentru; Casa este a; Am o întâlnire cu; Sună pe; Napiši odgovor za; Kuća pripada; i; Razgovarali smo s; Evin sahibi; ve; Merhaba,; Sayın`,
    ),
    behind: list(`.; ?; !;  mâine.;  a semnat.;  sutra.;  je potpisao.;  imzaladı.; , {CITY}`),
  },
}

const TITLES = Object.values(LANGUAGES)
  .flatMap(({ titles }) => titles.flatMap((one) => one.split(' ')))
  .filter((one) => one !== 'le' && one !== 'de')
  .map((one) => one.replaceAll('.', '\\.'))
/** Those that stand before a name. */
const TITLED = new RegExp(`(?<![\\p{L}\\p{M}])(?:(?:${[...new Set(TITLES)].join('|')}) )+$`, 'u')

/** Where a name begins that was put at `start`: a title goes with it where it is a full one. */
export function startWithTitle(text, start, name) {
  if (!/[ -]/.test(name)) return start
  const [titles = ''] = TITLED.exec(text.slice(Math.max(0, start - 40), start)) ?? []
  return start - titles.length
}

/** A template as those of `templates.mjs`, and the language whose names it is filled with. */
export function titledSentence(random) {
  const language = random() < 0.4 ? 'en' : pick(random, Object.keys(LANGUAGES))
  const { titles, before, behind } = LANGUAGES[language]
  const start = random() < 0.9 ? `${pick(random, before)} ` : ''
  const name = random() < 0.6 ? '{P}' : '{L}'
  const end = pick(random, behind)
  return { language, template: `${start}${pick(random, titles)} ${name}${/^([.,?!':]|$)/.test(end) ? '' : ' '}${end}` }
}

/** Of forms of address, and nobody is meant. */
export const UNTITLED = [
  'When do I write {TITLE} and when {TITLE}?',
  'Is it {TITLE} or {TITLE} in American English?',
  'What is the plural of {TITLE}?',
  'The field Title may be {TITLE}, {TITLE} or {TITLE}.',
  '<option>{TITLE}</option><option>{TITLE}</option>',
  'salutation: {TITLE}\nlanguage: English',
  'Strip {TITLE}, {TITLE} and {TITLE} from the column before you sort.',
  'if title in ("{TITLE}", "{TITLE}"):',
  'A {TITLE} degree from {CITY} takes {D} years.',
  'She was made {TITLE} of Physics in {YEAR}.',
  'he is a {TITLE} of {Noun} at the University of {CITY}',
  'the {TITLE} and the students',
  'Good morning {TITLE}, may I ask something?',
  'Yes, {TITLE}. Right away.',
  'Dear {TITLE} or Madam,',
  'Dear Sir/Madam, your {NOUN} is late.',
  'Write to {TITLE} X and {TITLE} Y.',
  'Who sang "Mr. {Noun}"?',
  'Is {SAINT} bigger than {CITY}?',
  'How do I get from {SAINT} to {SAINT}?',
  '{SAINT} is a town in {COUNTRY}.',
  'the hospital of {SAINT}, Room {D}',
  'We stayed in {SAINT} in {MONTH}.',
  'Herr und Frau sind Anreden, Dr. ist ein Titel.',
  'Soll ich Herr, Frau oder Dr. schreiben?',
  'Jede Frau und jeder Mann hat Rechte.',
  'Eine Frau aus {CITY} hat den {Noun} gewonnen.',
  'Die Frau des Hauses und der Herr am Fenster',
  'Der Herr im {Noun} hat {D} Hunde.',
  'Mein Herr, das {Noun} ist geschlossen.',
  'Guten Tag, Herr Doktor!',
  'Frau Professor, wann ist die Prüfung?',
  'Die Frau Ministerin sprach in {CITY}.',
  'Faut-il écrire Monsieur ou M. ?',
  'Bonjour Madame, bonjour Monsieur,',
  'Madame, Monsieur,\n\nje vous écris au sujet du {NOUN}.',
  'Oui, Monsieur le Président.',
  'Mme la Ministre et M. le Maire',
  '¿Se escribe Sr. o Señor?',
  'Estimado Señor o Señora:',
  'Muy Señor mío:',
  'Señor Presidente, Señorías,',
  'Don es un tratamiento, como Doña.',
  'Gentile Signora, Egregio Signore,',
  'Si scrive Sig. o Signor?',
  'Buongiorno Dottore, come sta?',
  'Geachte heer, mevrouw,',
  'Schrijf je Dhr. of De heer?',
  'De heer des huizes en de dame',
  'Szanowny Panie, Szanowna Pani,',
  'Panie Prezesie, Pani Dyrektor',
  'Czy Pan ma czas? Czy Pani wie?',
  'Prezado Senhor, Prezada Senhora,',
  'O Senhor sabe que horas são?',
  'Sim, Senhor. Não, Senhora.',
  'Herr Ordförande, ärade ledamöter',
  'Mina Damer och Herrar',
  'Vážený pane, Vážená paní,',
]
