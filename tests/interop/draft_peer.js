// A socket of libzmq's draft types, by the package zeromq of Node. Reads a call a line, and answers a line:
// [method, ...arguments] as JSON, and the result, or {"error": text}.

process.removeAllListeners("warning");
const drafts = require("zeromq/draft");
let socket;

const calls = {
  ready: () => drafts !== undefined,
  open(kind) {
    socket = new drafts[kind]({ linger: 0 });
    for (const limit of ["receiveTimeout", "sendTimeout"]) if (limit in socket) socket[limit] = 10000;
  },
  async bind(endpoint) {
    await socket.bind(endpoint);
    return socket.lastEndpoint;
  },
  connect: (endpoint) => socket.connect(endpoint),
  join: (group) => socket.join(group),
  look: () => socket.readable, // which lets it see to its peers
  leave: (group) => socket.leave(group),
  send: (...parts) => socket.send(...parts),
  async receive() {
    const parts = await socket.receive();
    return parts.map((part) => (Buffer.isBuffer(part) ? part.toString() : { ...part, group: String(part.group) }));
  },
  close: () => socket.close(),
};

async function serve() {
  for await (const line of require("readline").createInterface({ input: process.stdin })) {
    const [method, ...args] = JSON.parse(line);
    let answer;
    try {
      answer = (await calls[method](...args)) ?? null;
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
}

serve();
