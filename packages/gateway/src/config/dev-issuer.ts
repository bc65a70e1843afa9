/** Path of the reserved issuer of `ostiary dev`, on loopback. A configuration that names it is refused. */
export const DEV_ISSUER_PATH = '/ostiary-dev'
