// The control port of a Node server: each line `STAMP COUNT` asks for a burst of events.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export const payloadBytes = Number(process.argv[2]);

/** What makes `{"t":<stamp>,"p":"…"}` as long as it has to be. */
export function filler(stamp) {
  return 'x'.repeat(payloadBytes - `{"t":${stamp},"p":""}`.length);
}

/** Listen on two free ports and say which they are. */
export function serve(http, broadcast) {
  const control = createServer(socket => {
    createInterface({ input: socket }).on('line', line => {
      const [stamp, count] = line.split(' ').map(Number);
      broadcast(stamp, count);
    });
  });
  http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    control.listen(0, '127.0.0.1', () => {
      console.log(`listening ${http.address().port} ${control.address().port}`);
    });
  });
}
