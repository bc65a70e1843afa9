/** Of secrets: what the gateway's own detectors yield. */
export const SECRET_TYPES = ['secret.aws', 'secret.github', 'secret.openai', 'secret.private-key'] as const
