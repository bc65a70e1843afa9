export { createGateway, type Gateway, type GatewayParts, type Listen } from './gateway.js'
