// The neighbour of bench/chat-fanout: what a room's talk is with the `ws` package, as its manual has it.
// Messages are framed and dressed as Livehouse's are, so that both send the same bytes.
const { WebSocketServer, WebSocket } = require("ws");

const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", perMessageDeflate: false });
let seq = 0;

server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (data) => {
    const order = JSON.parse(data.toString());
    if (order.do !== "chat") return;
    seq += 1;
    const event = {
      seq, at: Date.now(), event: "said", by: 4503599627370495, name: "Ada", role: "host", speech: "chat", text: order.text,
    };
    const message = JSON.stringify({ type: "events", epoch: 1, seq, events: [event] });
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message);
    }
  });
});
