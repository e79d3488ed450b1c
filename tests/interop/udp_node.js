// RADIO, DISH and DGRAM of the zeromq package of Node, which brings libzmq with draft types.
//
//   node udp_node.js radio ENDPOINT [[GROUP, BODY], ...]   sends; a body is in hexadecimal
//   node udp_node.js dish ENDPOINT [GROUP, ...] COUNT      says "ready", then each [group, body] as JSON
//   node udp_node.js check                                 says the version of libzmq
process.removeAllListeners("warning")
const zmq = require("zeromq")
const draft = require("zeromq/draft")
const [role, endpoint, words, count] = process.argv.slice(2)
const options = { linger: 2000, ipv6: Boolean(endpoint && endpoint.includes("[")) }

async function radio() {
  const socket = new draft.Radio(options)
  socket.connect(endpoint)
  for (const [group, body] of JSON.parse(words)) {
    await socket.send(Buffer.from(body, "hex"), { group })
  }
  socket.close()
}

async function dish() {
  const socket = new draft.Dish({ ...options, receiveTimeout: 10000 })
  await socket.bind(endpoint)
  socket.join(...JSON.parse(words))
  console.log("ready")
  for (let left = Number(count); left > 0; left--) {
    const [body, { group }] = await socket.receive()
    console.log(JSON.stringify([group.toString(), body.toString("hex")]))
  }
  socket.close()
}

const roles = { radio, dish, check: async () => console.log(zmq.version) }
roles[role]().catch(error => { console.log(String(error)); process.exit(1) })
