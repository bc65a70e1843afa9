/** Of personal data: what the gateway's own detectors yield. */
export const PII_TYPES = [
  'pii.address',
  'pii.birth-date',
  'pii.card',
  'pii.crypto',
  'pii.email',
  'pii.iban',
  'pii.ip',
  'pii.mac',
  'pii.national-id',
  'pii.passport',
  'pii.person',
  'pii.phone',
] as const
