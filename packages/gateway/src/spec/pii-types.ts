/** Of personal data: what the gateway's own detectors yield. */
export const PII_TYPES = ['pii.address', 'pii.card', 'pii.email', 'pii.iban', 'pii.person'] as const
