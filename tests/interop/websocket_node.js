// Sockets of the package jszmq of Node, which speaks ZWS 2.0 without a mechanism.
//
//   node websocket_node.js [[VERB, KIND, ENDPOINT], ...]   as JSON; VERB is bind or connect
//
// What has come goes back. A req asks, a sub subscribes to "t", a pub publishes [t, news]; req and sub print.
const zmq = require("jszmq")
const print = (...frames) => console.log(JSON.stringify(frames.map(String)))

for (const [verb, kind, endpoint] of JSON.parse(process.argv[2])) {
  const socket = zmq.socket(kind)
  if (verb === "bind") socket.bindSync(endpoint)
  else socket.connect(endpoint)
  if (kind === "sub") socket.subscribe("t")
  if (kind === "req") socket.send("question")
  if (kind === "pub") setInterval(() => socket.send(["t", "news"]), 20)
  socket.on("message", kind === "req" || kind === "sub" ? print : (...frames) => socket.send(frames))
}
print("ready")
