/** As far back as words are looked for. */
export const REACH = 48

/** Whether a word for a card stands right before. */
export function isNamed(before: string): boolean {
  return NAMED.test(before)
}

/**
 * Words that make a card of a number that passes Luhn, whoever may have issued it: ranges are sold, and lists of them grow old.
 * Between them and the number stand a few other words and no digit.
 */
const NAMED =
  /(?:\bcards?|\bcc|karten?|kreditkarte|carte|tarjeta|carta|kaart|kort|karty?|cartão|visa|mastercard|maestro|amex)(?:[ _-]?(?:n[or]s?|num(?:ber)?|nummer|numéro|número|numero|numer))?\W{0,4}(?:(?:is|was|ist|est|es|è|är|to|nr|no|n[º°]|number|ending|del?)\W{1,3}){0,2}$/i

/** `Visa4111…`, `cardNo4111…`: the only letters that a number may touch. */
export const CARD_BEFORE: RegExp =
  /(?:^|[^a-z])(?:(?:(?:credit|debit|kredit|bank|betaal|betal)_?)?(?:cards?|cc|karten?|kaart|kort)|carte|tarjeta|carta|karta|karty|cartão|visa|mastercard|maestro|amex)_?(?:n[or]|num(?:ber)?|nummer|numéro|número|numero|numer)?$/i

/** `301-7411324-9061332`: a large shop numbers its orders so. */
export function isGroupedAsOrders(text: string, start: number, end: number): boolean {
  return end - start === 19 && /^\d{3}-\d{7}-\d{7}$/.test(text.slice(start, end))
}

/** Of 13 digits in a row the last one is also what GS1's sum asks of an EAN: that is on every packet, and such a card on none any more. */
export function isArticle(text: string, start: number, digits: number): boolean {
  if (digits !== 13) return false
  let sum = 0
  for (let at = 0; at < digits; at++) sum += (text.charCodeAt(start + at) - 0x30) * (at % 2 === 0 ? 1 : 3)
  return sum % 10 === 0
}

/**
 * Whether a number is what the word right before it says, and no card. `order` and `invoice`, in whatever language, say so of numbers alone
 * that are too long or too short for cards of today: people paste their card where a form asked for an order's number, and a card that
 * leaves is worse than an order's number that does not. Nothing is said against a number where a word for a card stands near.
 */
export function isCalledOtherwise(before: string, digits: number, isGrouped: boolean, isOfToday: boolean): boolean {
  const isOther =
    (!isGrouped && (OF_TIME.test(before) || (digits <= ARTICLE_MAX && OF_ARTICLES.test(before)))) ||
    (digits === SIRET && OF_FIRMS.test(before)) ||
    (!isOfToday && OF_ORDERS.test(before))
  return isOther && !OF_CARDS.test(before)
}

/** What machines count: microseconds since a machine was switched on begin as cards do. */
const OF_TIME = /(?:^|[^a-z])(?:timestamp|ts|epoch|seq|snowflake)["'`]? ?[:=] ?["'`]?$/i
const OF_ARTICLES =
  /(?:^|[^a-z])(?:ean|gtin|upc|isbn|barcode)(?:[ _-]?(?:no|nr|number|nummer))?["'`]?\.? ?[:=#]{0,2} ?["'`]?$/i
/** A GTIN has no more. */
const ARTICLE_MAX = 14
/** Numbers of French firms pass Luhn, each of them, and many begin as those of Diners Club do. */
const OF_FIRMS = /(?:^|[^a-z])siret\W{0,4}(?:(?:n[º°o]|num(?:éro)?|number|est|is)\W{1,3}){0,2}$/i
const SIRET = 14
const OF_CARDS =
  /cards?(?![a-z])|\bcc\b|karten?\b|carte|tarjeta|carta|kaart|kort\b|karty?\b|cartão|visa|mastercard|maestro|amex|pay/i

/** Orders, invoices, articles, parcels, bookings, customers, and references for payments, some of which pass Luhn by their making. */
const ORDERS: readonly string[] = [
  'orders?|invoices?|receipts?|bookings?|reservations?|tickets?|ref(?:erence)?|tracking|shipments?|parcels?|articles?|items?|sku|customers?',
  'rechnung(?:en)?s?|bestell(?:ung)?s?|auftrags?|artikel|sendungs?|paket|buchungs?|kunden|belegs?|vorgangs?|vertrags?|lieferschein',
  'commandes?|factures?|colis|suivi|réf(?:érence)?|réservation|client|devis|dossier',
  'pedidos?|factura|envío|seguimiento|artículo|cliente|referencia|reserva|albarán',
  'ordine|fattura|spedizione|articolo|tracciamento|prenotazione|pratica',
  'bestel(?:ling)?|factuur|zending|klant|pakket|boeking',
  'beställnings?|faktura|försändelse|kolli|kund|paket|boknings?|ocr|kid',
  'zamówieni[aeu]|faktury?|przesyłk[ai]|paczk[ai]|artykułu?|klienta?|rezerwacji',
  'encomenda|fatura|nota fiscal|envio|rastreio|rastreamento|artigo|reserva',
]
const OF_ORDERS = new RegExp(
  `(?:^|[^a-z])(?:${ORDERS.join('|')})(?:[ _-]?(?:n[or]|num(?:ber)?|nummer|numéro|número|numero|numer|id|code))?\\W{0,4}` +
    '(?:(?:is|was|lautet|ist|est|es|è|é|är|to|n[rº°o]?|number|nummer|id)\\W{1,3}){0,2}$',
  'i',
)
