"use strict";
// Asks for a snapshot every second, and shows what it says. All text comes from peers: it only ever becomes textContent.

const PERIOD = 1000;      // milliseconds between questions
const POINTS = 60;        // of a sparkline
const RECENT = 5000;      // milliseconds for which a loss stands out
const MOST_EVENTS = 300;
const MOST_NODES = 10;    // peers of a socket that are drawn

const byId = (id) => document.getElementById(id);
const histories = new Map();   // "s1", "p7": what was counted there, and how fast it grew
let latest = null, paused = false, failures = 0, lastSerial = 0, timer = 0;

// -- small things ----------------------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "g", "rect", "circle", "text", "title"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function say(element, text) { if (element.textContent !== text) element.textContent = text; }

function short(number) {
  if (number === null || number === undefined) return "–";
  for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]])
    if (number >= size) return `${(number / (size === 1e4 ? 1e3 : size)).toFixed(1)}${unit}`;
  return number >= 10 || Number.isInteger(number) ? String(Math.round(number)) : number.toFixed(1);
}

const rate = (number) => number === null ? "–" : `${short(number)}/s`;
const octets = (number) => number === null ? "–" : `${short(number)}B/s`;
const called = (peer) => peer.name || peer.endpoint || "somebody";

// -- what is remembered ----------------------------------------------------------------------------

function remember(key, thing, now) {
  let past = histories.get(key);
  if (!past) histories.set(key, past = { in: [], out: [], depth: [], before: null, lossAt: -Infinity, fresh: true });
  const rates = { in: null, out: null, octetsIn: null, octetsOut: null, lost: 0 };
  const losses = thing.dropped + (thing.lost || 0);
  if (past.before) {
    const seconds = Math.max((now - past.before.now) / 1000, 0.001);
    rates.in = Math.max(0, thing.messages_in - past.before.in) / seconds;
    rates.out = Math.max(0, thing.messages_out - past.before.out) / seconds;
    rates.octetsIn = Math.max(0, thing.octets_in - past.before.octetsIn) / seconds;
    rates.octetsOut = Math.max(0, thing.octets_out - past.before.octetsOut) / seconds;
    rates.lost = Math.max(0, losses - past.before.losses);
    past.fresh = false;
  }
  if (rates.lost) past.lossAt = now;
  past.before = { now, in: thing.messages_in, out: thing.messages_out, octetsIn: thing.octets_in,
    octetsOut: thing.octets_out, losses };
  for (const [name, value] of [["in", rates.in], ["out", rates.out], ["depth", thing.queued_in + thing.queued_out]]) {
    past[name].push(value || 0);
    if (past[name].length > POINTS) past[name].shift();
  }
  return Object.assign(thing, { past, per: rates, losing: now - past.lossAt < RECENT });
}

const full = (queued, mark) => mark > 0 && queued >= 0.8 * mark;
const isSlow = (peer) => full(peer.queued_out, peer.hwm_out) || full(peer.queued_in, peer.hwm_in);

function conditionOf(peer) {
  if (peer.losing) return "dropping";
  return peer.state !== "ready" ? "waiting" : isSlow(peer) ? "slow" : "ready";
}

function digest(told) {
  const now = told.time * 1000, alive = new Set();
  for (const socket of told.sockets) {
    alive.add(`s${socket.id}`);
    remember(`s${socket.id}`, socket, now);
    for (const peer of socket.peers) {
      alive.add(`p${peer.id}`);
      peer.isNew = !histories.has(`p${peer.id}`) && latest !== null;
      remember(`p${peer.id}`, peer, now);
      peer.socket = socket;
      peer.condition = conditionOf(peer);
    }
  }
  for (const key of histories.keys()) if (!alive.has(key)) histories.delete(key);
  return told;
}

// -- sparklines ------------------------------------------------------------------------------------

function spark(values) {
  const svg = make("svg", { class: "spark", viewBox: `0 0 ${POINTS - 1} 20`, preserveAspectRatio: "none", "aria-hidden": "true" });
  svg.append(make("path", { class: "area" }), make("path"));
  draw(svg, values);
  return svg;
}

function draw(svg, values) {
  const most = Math.max(1, ...values), start = POINTS - values.length;
  const line = values.map((value, i) => `${start + i},${(19 - 18 * value / most).toFixed(2)}`).join("L");
  const [area, path] = svg.children;
  path.setAttribute("d", values.length > 1 ? `M${line}` : "");
  area.setAttribute("d", values.length > 1 ? `M${start},20L${line}L${POINTS - 1},20Z` : "");
}

// -- totals and sockets ----------------------------------------------------------------------------

function showTotals(told) {
  const peers = told.sockets.flatMap((socket) => socket.peers);
  const sum = (things, pick) => things.reduce((total, thing) => total + (pick(thing) || 0), 0);
  const slow = peers.filter(isSlow).length;
  const losses = sum(told.sockets, (socket) => socket.dropped + socket.lost);
  const rows = [
    ["received", rate(sum(told.sockets, (s) => s.per.in)), ""], ["sent", rate(sum(told.sockets, (s) => s.per.out)), ""],
    ["peers", `${peers.filter((p) => p.state === "ready").length} of ${peers.length}`, ""],
    ["waiting", short(sum(told.sockets, (s) => s.queued_in + s.queued_out)), ""],
    ["slow peers", String(slow), slow ? "slow" : ""],
    ["dropped, lost", short(losses), losses ? "bad" : ""],
  ];
  const list = byId("totals");
  rows.forEach(([name, value, kind], i) => {
    const row = list.children[i] || list.appendChild(make("div", {}, make("dt"), make("dd")));
    row.className = kind;
    say(row.children[0], name);
    say(row.children[1], value);
  });
}

function newCard() {
  const card = make("article", { class: "card" }, make("h3", {}, make("span"), make("span", { class: "kind" })),
    make("p", { class: "where" }), make("p", { class: "trouble" }), make("div", { class: "lines" }));
  const lines = card.lastChild;
  for (const kind of ["in", "out", "depth"])
    lines.append(make("span", { class: kind }, { in: "in", out: "out", depth: "waiting" }[kind]),
      make("div", { class: kind }, spark([])), make("span"));
  lines.append(make("span", {}, "dropped"), make("span"), make("span"));
  return card;
}

function showSocket(card, socket) {
  card.classList.toggle("dropping", socket.losing);
  const [title, where, trouble, lines] = card.children;
  say(title.children[0], socket.name);
  say(title.children[1], socket.type + (socket.state === "open" ? "" : ` ${socket.state}`));
  const security = socket.mechanism === "NULL" ? "" : ` · ${socket.mechanism}`;
  say(where, (socket.endpoints.map((each) => `${each.role} ${each.endpoint}`).join(", ") || "no endpoint") + security);
  say(trouble, socket.endpoints.map((each) => each.trouble).filter(Boolean).join("; "));
  trouble.hidden = !trouble.textContent;
  const cells = lines.children, past = socket.past;
  draw(cells[1].firstChild, past.in);
  draw(cells[4].firstChild, past.out);
  draw(cells[7].firstChild, past.depth);
  say(cells[2], `${rate(socket.per.in)} ${octets(socket.per.octetsIn)}`);
  say(cells[5], `${rate(socket.per.out)} ${octets(socket.per.octetsOut)}`);
  say(cells[8], `${socket.queued_in} in, ${socket.queued_out} out`);
  say(cells[11], `${short(socket.dropped)}` + (socket.lost ? `, ${short(socket.lost)} lost` : ""));
  cells[11].className = socket.dropped + socket.lost ? "bad" : "";
}

function keep(parent, things, key, create, show) {  // an element for each thing, in order; others go
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  things.forEach((thing, i) => {
    const name = key(thing);
    let element = known.get(name);
    known.delete(name);
    if (!element) (element = create(thing)).dataset.key = name;
    if (parent.children[i] !== element) parent.insertBefore(element, parent.children[i] || null);
    show(element, thing);
  });
  for (const element of known.values()) element.remove();
}

// -- peers -----------------------------------------------------------------------------------------

const COLUMNS = [
  ["Peer", (p) => called(p).toLowerCase(), "who"], ["Socket", (p) => p.socket.name, ""], ["State", (p) => p.condition, ""],
  ["In", (p) => p.per.in || 0, "number"], ["Out", (p) => p.per.out || 0, "number"],
  ["Traffic", (p) => (p.per.in || 0) + (p.per.out || 0), "chart"],
  ["Waits in", (p) => p.queued_in, "number"], ["Waits out", (p) => p.queued_out, "number"],
  ["Dropped", (p) => p.dropped, "number"], ["Heard", (p) => p.last_heard ?? Infinity, "number"],
];
let sortBy = 0, sortDown = false;

COLUMNS.forEach(([name, , kind], i) => {
  const button = make("button", { type: "button" }, name);
  button.onclick = () => sort(i);
  document.querySelector("#peers thead tr").append(make("th", { scope: "col", class: kind, "aria-sort": "none" }, button));
});

function sort(column) {
  sortDown = column === sortBy ? !sortDown : COLUMNS[column][2] !== "who" && column > 2;
  sortBy = column;
  show();
}

function newRow(peer) {
  const row = make("tr", { tabindex: "-1", "data-peer": peer.id });
  for (const [name, , kind] of COLUMNS) row.append(make("td", { class: kind, "data-label": name }));
  row.children[5].append(make("div", { class: "in" }, spark([])), make("div", { class: "out" }, spark([])));
  for (const i of [6, 7]) row.children[i].append(make("span"), make("span", { class: "bar" }, make("i")));
  return row;
}

function showPeer(row, peer) {
  row.className = peer.condition + (peer.isNew ? " new" : "");
  const cells = row.children;
  const who = called(peer), kind = peer.socket_type ? ` ${peer.socket_type}` : "";
  say(cells[0], who + kind + (peer.user_id ? ` (${peer.user_id})` : ""));
  row.title = [peer.endpoint, peer.address, peer.mechanism].filter(Boolean).join(" · ");
  say(cells[1], peer.socket.name);
  say(cells[2], { ready: "there", waiting: "expected", slow: "slow", dropping: "losing" }[peer.condition]);
  say(cells[3], rate(peer.per.in));
  say(cells[4], rate(peer.per.out));
  draw(cells[5].children[0].firstChild, peer.past.in);
  draw(cells[5].children[1].firstChild, peer.past.out);
  for (const [cell, queued, mark] of [[cells[6], peer.queued_in, peer.hwm_in], [cells[7], peer.queued_out, peer.hwm_out]]) {
    say(cell.firstChild, mark ? `${queued} of ${mark}` : String(queued));
    cell.lastChild.firstChild.style.width = `${mark ? Math.min(100, 100 * queued / mark) : 0}%`;
    cell.lastChild.classList.toggle("depth", full(queued, mark));
  }
  say(cells[8], String(peer.dropped));
  cells[8].classList.toggle("bad", peer.dropped > 0);
  say(cells[9], peer.last_heard === null ? "–" : `${peer.last_heard.toFixed(1)} s`);
}

function matches(peer) {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [called(peer), peer.endpoint, peer.socket.name, peer.socket_type, peer.user_id, peer.condition, peer.address]
    .join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function showPeers(told) {
  const peers = told.sockets.flatMap((socket) => socket.peers), shown = peers.filter(matches);
  const [, pick] = COLUMNS[sortBy];
  shown.sort((one, other) => {
    const a = pick(one), b = pick(other);
    return (a < b ? -1 : a > b ? 1 : one.id - other.id) * (sortDown ? -1 : 1);
  });
  document.querySelectorAll("#peers th").forEach((head, i) =>
    head.setAttribute("aria-sort", i !== sortBy ? "none" : sortDown ? "descending" : "ascending"));
  keep(document.querySelector("#peers tbody"), shown, (peer) => `p${peer.id}`, newRow, showPeer);
  say(byId("peer-count"), shown.length === peers.length ? "" : `${shown.length} of ${peers.length}`);
  byId("no-peers").hidden = shown.length > 0;
  byId("peers").hidden = shown.length === 0;
}

// -- topology --------------------------------------------------------------------------------------

function showTopology(told) {
  const svg = byId("topology"), width = Math.max(280, svg.clientWidth || 800), narrow = width < 620;
  const groups = told.sockets.map((socket) => ({ socket, peers: socket.peers.filter(matches) }));
  const step = 24, gap = 18, hub = { width: 168, height: 40 };
  let y = [gap, gap];
  const parts = [], sides = told.sockets.length > 1 && !narrow;
  groups.forEach(({ socket, peers }, i) => {
    const side = sides ? i % 2 : 1, drawn = peers.slice(0, MOST_NODES), more = peers.length - drawn.length;
    const lines = Math.max(1, drawn.length + (more ? 1 : 0));
    const height = narrow ? hub.height + 10 + drawn.length * step + (more ? step : 0) : Math.max(hub.height + 8, lines * step);
    const top = y[side];
    y[side] += height + gap;
    const middle = narrow ? top + hub.height / 2 : top + height / 2;
    const x = narrow ? 2 : sides ? width / 2 + (side ? 16 : -16 - hub.width) : 24;
    const away = narrow ? 56 : sides ? (side ? width / 2 + 16 + hub.width + width * 0.11 : width / 2 - 16 - hub.width - width * 0.11) : width * 0.52;
    const direction = side || narrow ? 1 : -1;
    drawn.forEach((peer, n) => {
      const at = narrow ? top + hub.height + 20 + n * step : top + (height - lines * step) / 2 + step * (n + 0.5);
      const from = narrow ? [x + 22, top + hub.height] : [side ? x + hub.width : x, middle];
      const bend = narrow ? `M${from}V${at}H${away}` :
        `M${from}C${(from[0] + away) / 2},${middle} ${(from[0] + away) / 2},${at} ${away},${at}`;
      const busy = (peer.per.in || 0) + (peer.per.out || 0);
      parts.push(make("path", { class: `edge ${peer.condition}`, d: bend, "stroke-width": (1 + Math.min(5, Math.log10(1 + busy))).toFixed(1) }));
      parts.push(make("circle", { class: `dot ${peer.condition}`, cx: away, cy: at, r: 5 }));
      const note = peer.losing ? "losing messages" : busy ? `${rate(busy)}` : peer.state === "ready" ? "" : "expected";
      const label = make("text", { x: away + 11 * direction, y: at + 4, "text-anchor": direction > 0 ? "start" : "end" }, clip(called(peer), narrow ? 26 : 30));
      if (note) label.append(" ", small(note));
      parts.push(label);
    });
    if (more) {
      const at = narrow ? top + hub.height + 20 + drawn.length * step : top + height - step / 2;
      parts.push(make("text", { class: "small", x: away + 11 * direction, y: at + 4, "text-anchor": direction > 0 ? "start" : "end" }, `and ${more} more`));
    }
    parts.push(make("rect", { class: socket.losing ? "hub dropping" : "hub", x, y: middle - hub.height / 2, width: hub.width, height: hub.height, rx: 8 }));
    parts.push(make("text", { x: x + 12, y: middle - 3, "font-weight": 600 }, clip(socket.name, 22)));
    parts.push(make("text", { class: "small", x: x + 12, y: middle + 12 }, `${socket.type} · ${rate((socket.per.in || 0) + (socket.per.out || 0))}`));
  });
  const height = Math.max(...y, 60);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", groups.map(({ socket, peers }) =>
    `${socket.name}: ${peers.map((peer) => `${called(peer)} ${peer.condition}`).join(", ") || "no peers"}`).join("; ") || "No sockets");
  svg.replaceChildren(...parts);
}

function small(text) {
  const span = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
  span.setAttribute("class", "small");
  span.textContent = text;
  return span;
}

const clip = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

// -- events ----------------------------------------------------------------------------------------

function addEvent(time, name, what, detail, kind, serial = 0) {
  const list = byId("events"), row = make("li", { class: latest ? "new" : "", "data-kind": kind, "data-serial": serial },
    make("time"), make("span", {}, name), make("b", {}, what), make("span", {}, detail));
  list.prepend(row);
  stamp(row, time);
  while (list.children.length > MOST_EVENTS) list.lastChild.remove();
  byId("no-events").hidden = true;
  return row;
}

function addLoss(time, socket) {  // a line for as long as it goes on, not one a second
  const past = socket.past, goesOn = past.lossRow?.isConnected && time - past.lossTime < 10;
  past.lossTime = time;
  past.lossCount = socket.per.lost + (goesOn ? past.lossCount : 0);
  const detail = `${past.lossCount} dropped or lost`;
  if (goesOn) {
    say(past.lossRow.lastChild, detail);
    stamp(past.lossRow, time);
  } else past.lossRow = addEvent(time, socket.name, "MESSAGES LOST", detail, "bad");
}

function stamp(row, time) {
  const when = new Date(time * 1000);
  row.firstChild.dateTime = when.toISOString();
  say(row.firstChild, when.toLocaleTimeString([], { hour12: false }));
}

function count(event, detail) {  // attempts that go on and on
  const row = byId("events").querySelector(`[data-serial="${event.serial}"]`);
  if (!row || row.lastChild.textContent === detail) return;
  say(row.lastChild, detail);
  stamp(row, event.time);
}

function kindOf(event) {
  if (/FAILED|DISCONNECTED/.test(event)) return "bad";
  return /SUCCEEDED|LISTENING/.test(event) ? "good" : "";
}

function showEvents(told, before) {
  if (told.events.length && told.events.at(-1).serial < lastSerial) lastSerial = 0;  // another process, or journal
  for (const event of told.events) {
    const often = event.times > 1 ? `${event.times} times` : "";
    const detail = [event.endpoint, event.reason, often].filter(Boolean).join(" · ");
    if (event.serial <= lastSerial) {
      count(event, detail);
      continue;
    }
    lastSerial = event.serial;
    addEvent(event.time, event.name, event.event, detail, kindOf(event.event), event.serial);
  }
  for (const socket of told.sockets)
    if (socket.per.lost) addLoss(told.time, socket);
  if (!before) return;
  const inproc = (sockets) => new Map(sockets.flatMap((socket) => socket.peers.map((peer) => [peer.id, [socket, peer]]))
    .filter(([, [, peer]]) => peer.endpoint.startsWith("inproc:")));  // no event tells of these
  const then = inproc(before.sockets), now = inproc(told.sockets);
  for (const [id, [socket, peer]] of now) if (!then.has(id)) addEvent(told.time, socket.name, "ARRIVED", called(peer), "good");
  for (const [id, [socket, peer]] of then) if (!now.has(id)) addEvent(told.time, socket.name, "LEFT", called(peer), "bad");
}

// -- the loop --------------------------------------------------------------------------------------

function status(state, text) {
  byId("status").dataset.state = state;
  say(byId("status"), text);
}

function show() {
  if (!latest) return;
  showTotals(latest);
  showTopology(latest);
  keep(byId("sockets"), latest.sockets, (socket) => `s${socket.id}`, newCard, showSocket);
  byId("no-sockets").hidden = latest.sockets.length > 0;
  showPeers(latest);
}

function take(told) {
  const before = latest;
  digest(told);
  showEvents(told, before);
  latest = told;
  const { program, pid, python, zerowire, compiled } = told.process;
  document.title = `${program || "ZeroWire"} · ${pid}`;
  say(byId("program"), program || "ZeroWire");
  say(byId("process"), `process ${pid} · ZeroWire ${zerowire}${compiled ? "" : ", plain"} · Python ${python}`);
  show();
}

async function ask() {
  clearTimeout(timer);
  if (!paused && !document.hidden) {
    try {
      const reply = await fetch("inspect.json", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      take(await reply.json());
      failures = 0;
      status("live", "live");
    } catch (error) {
      failures += 1;
      status("gone", failures > 1 && latest ? `gone since ${new Date(latest.time * 1000).toLocaleTimeString([], { hour12: false })}` : "no answer");
      if (error instanceof TypeError === false && error.name !== "TimeoutError") console.error(error);
    }
  }
  timer = setTimeout(ask, PERIOD);
}

// -- keys ------------------------------------------------------------------------------------------

function pause() {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", String(paused));
  if (paused) status("paused", "paused");
  else ask();
}

function theme() {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}

function help() {
  byId("keys").hidden = !byId("keys").hidden;
  byId("help").setAttribute("aria-expanded", String(!byId("keys").hidden));
}

function step(by) {
  const rows = [...document.querySelectorAll("#peers tbody tr")];
  const at = rows.indexOf(document.activeElement);
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  if (row) row.focus();
}

function all() {
  byId("filter").value = "";
  byId("filter").blur();
  show();
}

const KEYS = { "/": () => byId("filter").focus(), p: pause, t: theme, "?": help, j: () => step(1), k: () => step(-1),
  s: () => sort((sortBy + 1) % COLUMNS.length), Escape: all };

document.addEventListener("keydown", (event) => {
  const typing = event.target === byId("filter");
  if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape") || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
window.addEventListener("resize", show);
byId("filter").addEventListener("input", show);
byId("pause").onclick = pause;
byId("theme").onclick = theme;
byId("help").onclick = help;
ask();
