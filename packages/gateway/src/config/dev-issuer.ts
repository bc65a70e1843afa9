import { isLoopback } from './loopback.js'

/** Path of the reserved issuer of `ostiary dev`, on loopback. A configuration that names it is refused. */
export const DEV_ISSUER_PATH = '/ostiary-dev'

export function isDevIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false
  const { hostname, pathname } = new URL(issuer)
  return isLoopback(hostname) && (pathname === DEV_ISSUER_PATH || pathname === `${DEV_ISSUER_PATH}/`)
}
