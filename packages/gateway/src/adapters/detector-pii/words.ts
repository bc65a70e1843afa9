/** What the words before a value say that it is. `other` and `id` say that it is something else than most rules look for. */
export type Label =
  | 'phone'
  | 'call'
  | 'birth'
  | 'passport'
  | 'pass'
  | 'licence'
  | 'ssn'
  | 'itin'
  | 'nino'
  | 'nhs'
  | 'steuer'
  | 'ausweis'
  | 'nir'
  | 'dni'
  | 'fiscale'
  | 'bsn'
  | 'aadhaar'
  | 'pan'
  | 'cpf'
  | 'cnpj'
  | 'personnummer'
  | 'pesel'
  | 'ip'
  | 'date'
  | 'version'
  | 'id'
  | 'other'
  /** As `other`, but numbers of people and firms are called so too. */
  | 'counted'

const LISTS: Readonly<Record<Label, string>> = {
  phone:
    'phone phones telephone telephones tel tels mobile mobiles cell cellphone cellular fax faxes landline hotline helpline ' +
    'whatsapp voicemail pager sms msisdn ph phoneno phonenumber mobileno ' +
    'telefon telefonnummer telefonisch handy handynummer mobil mobilnummer mobiltelefon rufnummer durchwahl festnetz telefax ' +
    'téléphone tél portable télécopie teléfono teléfonos telefono móvil movil celular tfno tlf cellulare telefonino recapito ' +
    'telefoon telefoonnummer mobiel mobiele gsm mobilen telefonnr komórka komórkowy komórkę kom telefonu telefoniczny ' +
    'telefone telefones fone zap puhelin',
  call:
    'call called calls calling dial dialled dialed ring rang reach reached reachable contact contacted answering callback ' +
    'office desk anrufen anruf angerufen rufen zurückrufen erreichbar erreichen melden ' +
    'appeler appelez appelle appelé joindre joignable contacter contactez rappeler rappelez ' +
    'llamar llame llama llamó llámame llámeme llámenos contactar marcar marque chiamare chiama chiami chiamami chiamato ' +
    'contattare contattami bellen bel belt gebeld bereikbaar bereiken ringa ringde nås kontakta ' +
    'zadzwoń zadzwonić dzwonić dzwonił dzwoniła dzwoń kontakt ligar ligue ligou contato contacte',
  birth:
    'born birth births dob bdate birthdt birthdate birthday bday birthdays geboren geb geburtsdatum geburtstag geburt geboortedatum geboortedag geboorte gebdat ' +
    'né née nés naissance nacido nacida nacimiento nací nació cumpleaños nato nata nascita nascido nascida nascimento nasci nasceu nac nasc naiss ' +
    'aniversário född födelsedatum födelsedag födelse urodzony urodzona urodzenia urodził urodziła ur urodziny compleanno',
  passport:
    'passport passports passportno passportnumber reisepass reisepassnummer passnummer passnr passeport pasaporte passaporto ' +
    'passaporte paspoort paspoortnummer paszport paszportu passnr passno',
  pass: 'pass document',
  licence:
    'licence license licences licenses dl dlno driverlicense führerschein führerscheinnummer permis patente conducir rijbewijs ' +
    'rijbewijsnummer körkort körkortsnummer prawo cnh habilitação driver driving drivers',
  ssn: 'ssn ssns sin social socialsecurity socialsecuritynumber',
  itin: 'itin itins',
  nino: 'nino ni insurance',
  nhs: 'nhs nhsnumber',
  steuer:
    'tax tin steuerliche steuerlichen steuer steuerid idnr identifikationsnummer steueridentifikationsnummer steuernummer',
  ausweis: 'personalausweis personalausweisnummer ausweis ausweisnummer perso',
  nir: 'nir insee sécu sécurité securite',
  dni: 'dni nie nif identidad',
  fiscale: 'fiscale codicefiscale',
  bsn: 'bsn burgerservicenummer sofinummer',
  aadhaar: 'aadhaar aadhar adhaar uidai uid',
  pan: 'pan',
  cpf: 'cpf cpfs',
  cnpj: 'cnpj',
  personnummer: 'personnummer personnr samordningsnummer personummer',
  pesel: 'pesel peselu',
  ip: 'ip ips ipv ipaddress addr address addresses host hostname server adresse dirección indirizzo adres adress endereço',
  date:
    'died death dead deceased expires expiry expired expiration exp issued issue valid until since created updated modified hired joined ' +
    'admitted discharged visited appointment due start end scheduled gestorben gültig ausgestellt erstellt décédé valable délivré ' +
    'fallecido válido emitido morto scaduto scade overleden geldig utfärdad giltig zmarł ważny falecido validade',
  version: 'version versions ver v release releases build oid section chapter clause',
  id: 'id ids uid guid uuid key',
  other:
    'order orders orderid ticket tickets invoice invoices ref refs reference tracking track sku item items part parts serial zip ' +
    'zipcode postcode postal page pages line lines room price prices total totals amount sum port ports code codes error errors claim ' +
    'policy customer flight booking reservation isbn issn doi pin model models year years case account accounts acct iban bic ' +
    'swift routing sort card cards visa mastercard amex imei hash commit commits revision timestamp timestamps epoch population ' +
    'bytes byte size sizes count rows salary income usd eur gbp dollars euros pounds visitors people users shipment parcel package ' +
    'barcode ean upc gtin vin plate bestellung bestellnummer rechnung rechnungsnummer kundennummer auftrag auftragsnummer ' +
    'aktenzeichen sendung sendungsnummer betrag preis commande facture dossier colis montant pedido factura importe precio ordine ' +
    'fattura importo bestelling bestelnummer factuur factuurnummer klantnummer bedrag zamówienie zamówienia faktura kwota ' +
    'kundnummer ordernummer belopp fatura nota valor software product',
  counted:
    'article articles asin mpn rma awb batch catalog catalogue quantity qty coupon voucher score scores highscore leaderboard ' +
    'artikel artikelnummer artikelnr katalognummer seriennummer teilenummer punktzahl punktestand gutschein gutscheincode produkt ' +
    'produktnummer modell produit modèle réf référence quantité artículo producto modelo puntuación cantidad articolo prodotto ' +
    'modello punteggio quantità artigo produto pontuação quantidade artykuł artykułu produktu wynik ilość zamówieniu ' +
    'productnummer hoeveelheid poäng antal abn acn siren siret vat tva kvk cvr regon crn uen orgnr organisationsnummer ' +
    'width height px pixel pixels',
}

/** A Map, not an object: `constructor` stands in texts too. */
export const WORDS: ReadonlyMap<string, Label> = new Map(
  Object.entries(LISTS).flatMap(([label, words]) => words.split(' ').map((word) => [word, label as Label] as const)),
)

/** The longest word that says anything; a bit of a number stands for each length. */
export const WORD_MAX = 31

/** Of each small letter of ASCII that words begin with, how long those are: a bit for each length. */
const LENGTHS = new Int32Array(128)
for (const word of WORDS.keys()) {
  const first = word.charCodeAt(0)
  if (first < 128) LENGTHS[first] = (LENGTHS[first] ?? 0) | (1 << word.length)
}

/** Whether a word that begins with this letter and is so long may say anything; told before a string is made of it. */
export function mayBeWord(first: number, length: number): boolean {
  return first >= 128 || ((LENGTHS[first | 0x20] ?? 0) & (1 << length)) !== 0
}
