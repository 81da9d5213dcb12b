// Node's `ws`, as its documentation shows a broadcast: `ws.js PAYLOAD_BYTES`.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { filler, serve } from './control.js';

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });

serve(http, (stamp, count) => {
  const data = JSON.stringify({ t: stamp, p: filler(stamp) });
  for (let i = 0; i < count; i++) {
    for (const client of sockets.clients) {
      client.send(data);
    }
  }
});
