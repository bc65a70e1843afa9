/** Of personal data: what the gateway's own detectors yield. */
export const PII_TYPES = [
  'pii.birth-date',
  'pii.card',
  'pii.crypto',
  'pii.email',
  'pii.iban',
  'pii.ip',
  'pii.mac',
  'pii.national-id',
  'pii.passport',
  'pii.phone',
] as const
