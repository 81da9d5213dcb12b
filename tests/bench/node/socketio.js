// Node's Socket.IO, emitting to a room: `socketio.js PAYLOAD_BYTES`.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { filler, serve } from './control.js';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
io.on('connection', socket => socket.join('bench'));

serve(http, (stamp, count) => {
  const data = { t: stamp, p: filler(stamp) };
  for (let i = 0; i < count; i++) {
    io.to('bench').emit('bench', data);
  }
});
