/** Of personal data: what the gateway's own detectors yield. */
export const PII_TYPES = ['pii.card', 'pii.email', 'pii.iban'] as const
