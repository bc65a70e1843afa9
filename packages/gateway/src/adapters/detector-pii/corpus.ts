/** Our own texts; what is to be found in them stands between `«` and `»`. Numbers are published examples, or nobody's. */
export const PHONES: readonly string[] = [
  // en-US
  'My phone number is «555-123-4567», call after five.',
  'my cell is «(555) 123-4567»',
  '{"phone":"«5551234567»","phoneNumber": "«555.123.4567»"}',
  'fax «+1-800-555-0199», toll free «1-800-555-0199»',
  'user_phone: «+1 (415) 555-2671»',
  'Desk: «986.291.2294x751»',
  '«(251)500-2136x739» fax',
  'name,phone\nAnn,«5551234567»\nBob,«5559876543»',
  'You may call «781 5991» today.',
  '«9761 9808» office, «2546712361» fax\n',
  // en-GB
  'Phone number: «07700 900123»',
  'ring me on «07700900123», or «+447700900123»',
  '<phone>«020 7946 0018»</phone>',
  '«0161 496 0000 ext. 12» is the line',
  // fr
  'Appelez-moi au «06 12 34 56 78» demain.',
  'Mon numéro est le «06.12.34.56.78»',
  'Tél : «01 23 45 67 89», ou «+33 6 12 34 56 78»',
  // de
  'Tel.: «030 12345678», Tel.«030 12345678», Phone/Tel.«030 12345678»',
  'Tél. «01 02 03 04 05», «01 23 45 67 89»',
  'A question on the article? Call «570-384-3108».',
  'Tel.Nr.«0171 2345678», Tel.No.«212-555-0142»',
  'Tel. «+49 (0)30 123456-78»',
  'Handy: «0171 1234567» oder «0171/1234567»',
  'ruf mich bitte unter «0151 23456789» an',
  'Sie erreichen uns unter «089/12345-67».',
  'hallo, «00 49 170 1234567»',
  // es
  'Llámame al «612 345 678»',
  'Mi móvil es «612 34 56 78», teléfono: «91 123 45 67»',
  'tel «+34 612 345 678»',
  // it
  'Chiamami al «347 1234567»',
  'cell. «347 123 4567», telefono «02 1234567»',
  // nl
  'Bel me op «06-12345678»',
  'bereikbaar op «06 12 34 56 78», telefoonnummer: «020-1234567»',
  // sv
  'ring mig på «070-123 45 67»',
  'telefon «08-123 456 78», mobil: «+46 70 123 45 67»',
  // pl
  'zadzwoń pod numer «+48 601 234 567»',
  'tel. kom. «601-234-567», tel. «601 234 567»',
  // pt-BR
  'Ligue para «(11) 91234-5678»',
  'telefone: «11 91234-5678», celular «11912345678»',
  // in
  'call me at «98765 43210»',
  'Mobile: «+91 98765 43210», «+91-9876543210»',
  // elsewhere
  'Ph: «(02) 9876 5432» in Sydney, «+41 44 668 18 00» in Zürich',
  // within JSON text
  '{\\"tel\\":\\"«0171 1234567»\\",\\n«+49 171 1234567»}',
]

export const NO_PHONES: readonly string[] = [
  'order 12345678 shipped, order number 555-123-4567 is late',
  'article 570-384-3108, score 212-118-4410, Artikel 570-384-3108, artículo 570-384-3108, article no. 570-384-3108',
  'the numbers 01 02 03 04 05 and 06 07 08 09 10',
  'doi:10.1016/j.cell.2023.01.014',
  'mobile: width 320 480 768',
  '@media mobile (max-width: 768) 1024 1280',
  'The phone has 128 000 000 000 bytes',
  'ABN 09 427 459 421, SIREN 068 133 800, SIRET 068 133 800 00014',
  'Invoice 2024-001234 total 12345678',
  'ISBN 978-3-16-148410-0, ISBN 0306406152, ISSN 0378-5955',
  'version 1.2.3.4 of build 10.0.19041.1',
  'UUID 123e4567-e89b-12d3-a456-426614174000',
  '2024-01-15 10:30:45.123 INFO started in 1234567 ms',
  'timestamps 1700000000 and 1700000000000',
  'the population was 12 345 678 in 2020',
  'range 100-200, 2020-2021, 1990-1995 2000-2005',
  'scores 10 20 30 40 50 60',
  'lat 51.507351, lon -0.127758, π = 3.14159265358979',
  'call(1000000), call function 1234567 times, called 12345678 times',
  'Prices: 1.234.567,89 EUR and $1,234,567.89',
  'Boston, MA 02110-1301, zip 90210-1234',
  '0.0.3 / 2014-01-13',
  '0063 0063 0073 ring above',
  'IBAN ME45 5913 2371 0010 3800 44',
  'on 01-02-2024 1030, 12/31/2024 and 31.12.2024',
  'id: 030-1234567, ref 0171/1234567',
  'a=1234567890 b=0x12345678',
]

export const NATIONAL_IDS: readonly string[] = [
  'VAT no. «12345678Z», article «536-90-4399», batch «529.982.247-25»',
  // en-US
  'My SSN is «078-05-1120»; «219-09-9998» is on file',
  'Social Security number (SSN): «219099999», SSN: «123 45 6789»',
  'ITIN «912-72-3456»',
  "my driver's license number is «D1234567», DL# «A1234567»",
  'Driver License No: «D123-4567-8901»',
  // en-GB
  'NI number «AB 12 34 56 C», or «AB123456C»',
  'NHS number «943 476 5919», NHS No: «9434765919»',
  'driving licence number «MORGA753116SM9IJ»',
  // fr
  'numéro de sécurité sociale «2 55 08 14 168 025 38»',
  'NIR «255081416802538», permis de conduire n° «123456789012»',
  // de
  'Steuer-ID: «86 095 742 719», IdNr. «86095742719»',
  'Personalausweis «T220001293»',
  'Führerscheinnummer «B072RRE2I55»',
  // es
  'DNI «12345678Z», «12.345.678-Z»; NIE «X1234567L»',
  // it
  'codice fiscale «RSSMRA85T10A562S», patente «U1A23456BC»',
  // nl
  'BSN «111222333», burgerservicenummer: «1112.22.333»',
  'rijbewijsnummer «5123456789»',
  // sv
  'personnummer «811218-9876», «19811218-9876»',
  // pl
  'PESEL «44051401359»',
  // pt-BR
  'CPF «529.982.247-25», sem pontos CPF: «52998224725»',
  'CNPJ «11.222.333/0001-81», CNH «12345678900»',
  // in
  'Aadhaar «2341 2341 2346», PAN «ABCPE1234F»',
  // elsewhere
  'AHV «756.9217.0769.85», rijksregisternummer «85.07.30-033.28», «131052-308T»',
  'id,ssn\n1,«219099999»\n',
]

export const NO_NATIONAL_IDS: readonly string[] = [
  'order 123456789, 123 45 6789 pieces, 000-12-3456, 666-12-3456, 987-00-1234',
  'NHS number 943 476 5918',
  '943 476 5919 of something else',
  'Steuer-ID: 86 095 742 710',
  'DNI 12345678A, NIE X1234567A, order 12345678Z',
  'codice fiscale RSSMRA85T10A562T',
  'BSN 111222334',
  '111222333 rows',
  'PESEL 44051401358',
  'id 44051401359',
  'CPF 529.982.247-26, 111.111.111-11',
  'number 52998224725',
  'CNPJ 11.222.333/0001-82',
  'Aadhaar 2341 2341 2345',
  'in 2341 2341 2346',
  'personnummer 811218-9875',
  'numéro de sécurité sociale 2 55 08 14 168 025 39',
  'AHV 756.9217.0769.84',
  'software license key 12345678, license ABC12345 of the pub',
  'AB123456E, BG123456C',
]

export const PASSPORTS: readonly string[] = [
  'passport number «X1234567», Passport: «123456789»',
  'my passport (no. «AB1234567») expired',
  'Reisepassnummer «C01X00T47», Pass-Nr. «C01X00T47»',
  'Travel document: «P12345678»',
  'passeport n° «12AB34567»',
  'pasaporte «AAA123456»',
  'passaporto «YA1234567»',
  'Paspoortnummer: «SPECI2014»',
  'passnummer: «12345678»',
  'numer paszportu «AB1234567»',
  'passaporte «FD123456»',
  '"passport_number": "«L898902C3»"',
]

export const NO_PASSPORTS: readonly string[] = [
  'I lost my passport on flight 12345678.',
  'X1234567 is a part, pass 12345678 to it, the hall pass AB123456',
  'A passport is a document. Parcel AB1234567 is one too.',
]

export const BIRTH_DATES: readonly string[] = [
  // en-US, en-GB
  'DOB: «03/04/1985», D.O.B. «03/04/1985», dob «19850304»',
  'Date of Birth: «4 March 1985», date of birth «March 4, 1985»',
  'born on «4th of March 1985», was born in Boston on «4 Mar 1985»',
  '"dateOfBirth": "«1985-03-04»", "birth_date":"«04.03.1985»"',
  'birthday is «3/4/85», patient (b. «1985-03-04»)',
  'born «1985-03-04»T00:00:00Z',
  'name,dob,city\nAnn,«1985-03-04»,Rome\n',
  // fr
  'née le «4 mars 1985», date de naissance : «04/03/1985»',
  // de
  'geboren am «4. März 1985», geb. «04.03.1985», Geburtsdatum: «4.3.1985»',
  // es
  'F. Nac.: «04/03/1985»',
  'nacido el «4 de marzo de 1985», fecha de nacimiento: «04-03-1985»',
  // it
  'nato il «4 marzo 1985», nata a Roma il «04/03/1985»',
  // nl
  'geboren op «4 maart 1985», geboortedatum «04-03-1985»',
  // sv
  'född «1985-03-04», födelsedatum «4 mars 1985»',
  // pl
  'urodzona «4 marca 1985», ur. «04.03.1985» r.',
  // pt-BR
  'nascido em «4 de março de 1985», data de nascimento «04/03/1985»',
]

export const NO_BIRTH_DATES: readonly string[] = [
  'The meeting is on 2024-03-04, the treaty of March 4, 1985.',
  'born in 1985, died 2020-03-04',
  'born 1985-13-44, DOB 19851399',
  'Everybody is born somewhere. Updated 2024-03-04.',
  'invoice of 04.03.2024, due 04/04/2024',
]

export const NETWORKS: readonly string[] = [
  '«203.0.113.7» is where a text begins',
  'server «10.1.2.3»:8080, from «203.0.113.7».',
  '{"log":"up\\n«203.0.113.7»\\tand\\r\\n«2001:db8::7»\\n"} \u001b[32m«203.0.113.8»\u001b[0m',
  'seen by\\u000a«203.0.113.7», by\\u000A«2001:db8::7»',
  '"dev\\n«00:1b:63:84:45:e6»"',
  'IP: «192.168.1.254»/24, ip:«198.51.100.23»',
  'X-Forwarded-For: «198.51.100.23», «10.0.0.5»',
  'ip=«2001:db8:85a3::8a2e:370:7334» ok',
  '[«2001:db8::1»]:443, «fe80::1ff:fe23:4567:890a»%eth0',
  'full «2001:0db8:85a3:0000:0000:8a2e:0370:7334», mapped «::ffff:203.0.113.77»',
  'Client IP «8.8.8.8»',
  'The DNS record was updated to «203.0.113.7», upgrade the server from «203.0.113.8», from «203.0.113.9»',
  'the firewall was updated from «203.0.113.11», update from «203.0.113.12»',
  'mac «00:1A:2B:3C:4D:5E», «00-1a-2b-3c-4d-5e», «001a.2b3c.4d5e»',
]

export const NO_NETWORKS: readonly string[] = [
  'version 1.2.3.4, v10.0.19.1, chapter 25.4.5.4, package 3.53.4.0',
  'upgrade from 10.15.7.2 to 12.6.8, it was updated to 24.27.78.137. Upgraded Chrome to 124.30.63.78',
  '127.0.0.1:8080, 0.0.0.0, 255.255.255.0, ::1, ::',
  'the network 203.0.113.0/24, 2001:db8::/32',
  'OID 1.3.6.1.4.1.311, 300.1.2.3, 01.02.03.04',
  'at 12:34:56, std::vector<int> a::b::c, 10:20:30:40:50',
  '00:00:00:00:00:00, ff:ff:ff:ff:ff:ff, 11-22-33-44-55-66',
  'feed dead beef, a: b: c, 2001:db8:::1',
]

export const CRYPTO: readonly string[] = [
  // The genesis block's, BIP 173's, BIP 350's, ERC-55's own examples.
  'BTC «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»',
  'bitcoin:«3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy»',
  '"pay\\u000a«bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»"',
  'send to «bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4» please',
  '«bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0»',
  'eth «0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed», «0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed»',
  'xrp «rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh»',
]

export const NO_CRYPTO: readonly string[] = [
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb',
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD, 0x0000000000000000000000000000000000000000',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '4f2d9c1a7b3e5d6f8a9b0c1d2e3f4a5b6c7d8e9f',
]
