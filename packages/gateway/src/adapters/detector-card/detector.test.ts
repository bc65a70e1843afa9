import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardDetector } from './detector.js'
import { isIssued, isOfToday } from './issuer.js'
import { luhnHolds } from './luhn.js'

function found(text: string): readonly string[] {
  return cardDetector.scan(text, 0, true).findings.map(({ start, end }) => text.slice(start, end))
}

describe('cards', () => {
  it.each([
    // The networks' published test numbers.
    ['4111111111111111', '4111111111111111'],
    ['pay 4111 1111 1111 1111 now', '4111 1111 1111 1111'],
    ['4111-1111-1111-1111.', '4111-1111-1111-1111'],
    ['4222222222222', '4222222222222'],
    ['amex 3782 822463 10005', '3782 822463 10005'],
    ['diners 30569309025904', '30569309025904'],
    ['jcb 3530111333300000', '3530111333300000'],
    ['mastercard 5555555555554444', '5555555555554444'],
    ['second series 2223003122003222', '2223003122003222'],
    ['discover 6011111111111117', '6011111111111117'],
    ['unionpay 6205 5000 0000 0000 004', '6205 5000 0000 0000 004'],
    ['card_4111111111111111;', '4111111111111111'],
    ['卡号4111111111111111。', '4111111111111111'],
    ['spelt 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 out', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
    ['4111 1111 1111 1111 12/27 123', '4111 1111 1111 1111'],
    ['4111111111111111 0427 123', '4111111111111111'],
    ['order 77 4111 1111 1111 1111 of 9', '4111 1111 1111 1111'],
    ['4111\u{a0}1111\u{a0}1111\u{a0}1111', '4111\u{a0}1111\u{a0}1111\u{a0}1111'],
    ['1,4111111111111111,x', '4111111111111111'],
    ['\u001b[33m4111 1111 1111 1111\u001b[0m', '4111 1111 1111 1111'],
    ['order 4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['card_id: 4111111111111111', '4111111111111111'],
    ['order 9, card id 4111111111111111', '4111111111111111'],
    ['paid 4111-11111111-1111', '4111-11111111-1111'],
    ['card no. 4111-1111111-11111', '4111-1111111-11111'],
    ['order 12 4111111111111111', '4111111111111111'],
    ['4111-1111111-11111', '4111-1111111-11111'],
    ['"id": "4111111111111111"', '4111111111111111'],
    ['order 5500000000000004', '5500000000000004'],
    ['Jan 4111111111111111', '4111111111111111'],
    ['seq 4111111111111111', '4111111111111111'],
    ['barcode 4111111111111111', '4111111111111111'],
    ['card 4006381330060', '4006381330060'],
    ['\\u0020 4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['\\u00204111-1111-1111-1111', '4111-1111-1111-1111'],
    ['\\u0009-4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
  ])('%j', (text, card) => expect(found(text)).toEqual([card]))

  it('several in a row', () => {
    expect(found('4111 1111 1111 1111 5555 5555 5555 4444')).toEqual(['4111 1111 1111 1111', '5555 5555 5555 4444'])
  })
})

describe('none', () => {
  it.each([
    '4111 1111 1111 1112',
    'Order 301-7411324-9061332',
    '{"seq":5555555555554444}',
    'timestamp=4111111111111111, ts: 5500000000000004',
    'EAN 4006381330060',
    '4006381330060',
    '411111111111111',
    '41111111111111111111',
    '4111  1111  1111  1111',
    '4111.1111.1111.1111',
    '0.4111111111111111',
    '+4111111111111111',
    'a4111111111111111',
    '4111111111111111n',
    '1 2 3 4 5 6 7 8 9 10 11 12 13 14',
    '9111111111111116',
    '1700000000000',
    '7992739871377',
    '',
    '4111',
  ])('%j', (text) => expect(found(text)).toEqual([]))
})

describe('behind words for other numbers', () => {
  it.each([
    ['Rechnungsnr. 4111111111111111', '4111111111111111'],
    ['Rechnungsnr.4111111111111111', '4111111111111111'],
    ['Bestellnummer: 5555 5555 5555 4444, bitte stornieren', '5555 5555 5555 4444'],
    ['Ich habe statt der Bestellnummer die Karte eingetragen: 4111111111111111', '4111111111111111'],
    ['Rechnung 2024-0815, gezahlt mit 378282246310005', '378282246310005'],
    ['Meine Kundennummer ist 6011111111111117', '6011111111111117'],
    ['Order number: 4111111111111111', '4111111111111111'],
    ['the tracking number is 30569309025904', '30569309025904'],
    ['{"invoice_no":"4111111111111111"}', '4111111111111111'],
    ['order_id=3530111333300000', '3530111333300000'],
    ['https://shop.example/orders/4111111111111111', '4111111111111111'],
    ['Numéro de commande : 4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['Facture n° 5500000000000004', '5500000000000004'],
    ['Número de pedido: 4111111111111111', '4111111111111111'],
    ["Numero d'ordine 4111111111111111", '4111111111111111'],
    ['Factuurnr. 4111-1111-1111-1111', '4111-1111-1111-1111'],
    ['Fakturanummer 4111111111111111', '4111111111111111'],
    ['Numer zamówienia: 5555555555554444', '5555555555554444'],
    ['Número da nota fiscal 4111111111111111', '4111111111111111'],
    ['номер заказа 4111111111111111', '4111111111111111'],
    ['order paid by card 4222222222222', '4222222222222'],
    ['Rechnung mit Karte bezahlt, Beleg 4222222222222', '4222222222222'],
    ['Visa4111111111111111', '4111111111111111'],
    ['KartenNr4111111111111111', '4111111111111111'],
    ['cc4111 1111 1111 1111', '4111 1111 1111 1111'],
  ])('a card is one: %j', (text, card) => expect(found(text)).toEqual([card]))

  it.each([
    'Rechnungsnr. 4222222222222',
    'Bestell-Nr.: 4222222222222',
    'Ihr Auftrag 4222222222222 wird bearbeitet',
    'Sendungsnummer 67123456789015',
    'order no 56001234567890',
    '{"order_number":"56001234567890"}',
    'tracking number: 62123456789012347',
    'invoice #4222222222222',
    'Numéro de commande : 4222222222222',
    'Facture n° 67123456789015',
    'Pedido 4222222222222',
    'Número de factura: 56001234567890',
    'Fattura n. 4222222222222',
    'Factuurnr. 4222222222222',
    'Ordernummer: 4222222222222',
    'OCR-nummer 67123456789015',
    'Nr faktury 4222222222222',
    'Numer zamówienia: 67123456789015',
    'Número do pedido: 4222222222222',
    'Encomenda 56001234567890',
    'order id 300123456789012',
    'SIRET 36225212300025',
    'N° SIRET : 362 521 230 00025',
    'RE4111111111111111',
    'Rechnungsnr. 2024000815123458',
  ])('of a length that cards have no more, or in no range, none: %j', (text) => expect(found(text)).toEqual([]))
})

describe('a stream', () => {
  it.each([
    '\\u0020 4111 1111 1111 1111 x',
    '\\u0009-4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 x',
    '524864224352\\u0041\\u0020 x',
    '7\\u00204111 1111 1111 1111 5555 5555 5555 4444',
    'order 4111111111111111 301-7411324-9061332 card 4111-1111111-11111 x',
    'KartenNr4111111111111111 Bestell-Nr.: 4222222222222, 4222222222222 x',
  ])('that is cut anywhere finds the same: %j', (text) => {
    for (let cut = 1; cut < text.length; cut++) {
      const { findings, hold } = cardDetector.scan(text.slice(0, cut), 0, false)
      expect(hold).toBeLessThanOrEqual(cut)
      const all = [...findings, ...cardDetector.scan(text, hold, true).findings]
      expect(all.map(({ start, end }) => text.slice(start, end))).toEqual(found(text))
    }
  })
})

describe('hold', () => {
  it.each([
    ['in 2024', '2024'],
    ['in 2024 ', '2024 '],
    ['in 2024 t', ''],
    ['in 2024.', ''],
    ['pay 4111 1111', '4111 1111'],
    ['pay 4111-1111-1111-1111', '4111-1111-1111-1111'],
    ['9'.repeat(30), ''],
    ['prose', ''],
  ])('%j holds %j', (text, held) => {
    expect(text.slice(cardDetector.scan(text, 0, false).hold)).toBe(held)
  })

  it('is never more than a printed card is long', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('4', '11', '1111', ' ', '-', '999999', 'x')), (parts) => {
        const text = parts.join('')
        expect(text.length - cardDetector.scan(text, 0, false).hold).toBeLessThanOrEqual(39)
      }),
    )
  })
})

describe('Luhn and issuers', () => {
  it('a last digit makes the sum hold, and no other one does', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{12,18}$/), (body) => {
        const fitting = [...'0123456789'].filter((digit) => luhnHolds(body + digit, 0, body.length + 1))
        expect(fitting).toHaveLength(1)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    [4111, 16, true],
    [4111, 15, false],
    [3782, 15, true],
    [3782, 16, false],
    [5555, 16, true],
    [5555, 19, false],
    [6759, 12, true],
    [6011, 12, false],
    [2720, 16, true],
    [2721, 16, false],
    [1800, 15, true],
    [7000, 16, false],
  ])('%d with %d digits: %j', (head, digits, issued) => expect(isIssued(head, digits)).toBe(issued))

  it.each([
    [4111, 16, true],
    [4111, 13, false],
    [3056, 14, true],
    [6712, 14, false],
    [3782, 15, true],
    [3001, 15, false],
    [1800, 15, true],
    [6205, 18, false],
    [6205, 19, true],
  ])('of today: %d with %d digits: %j', (head, digits, today) => expect(isOfToday(head, digits)).toBe(today))
})
