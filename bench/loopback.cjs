// Preloaded into peers that would listen on every address of the machine: here they listen on the loopback alone.
const { Server } = require('node:net')

const listen = Server.prototype.listen
Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'object' && first !== null && first.port !== undefined) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  const given = rest.filter((one) => typeof one !== 'string')
  return listen.call(this, first, '127.0.0.1', ...given)
}
