/** A proxy on the loopback that leads to one port, whatever name it is asked for; closed when the test ends. */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { type Certificate, listen } from "../appliance/servers.ts";

export interface TestProxy {
  readonly url: string;
  /** `CONNECT eda.example.com:443`, with what it was told of who asks. */
  readonly asked: readonly string[];
  /** All that went through it towards the appliance. */
  readonly through: () => Buffer;
}

/** With another status than 200 it refuses; with a certificate it speaks TLS. */
export async function proxyTo(port: number, status = 200, secure?: Certificate): Promise<TestProxy> {
  const asked: string[] = [];
  const passed: Buffer[] = [];
  const server = secure === undefined ? createServer() : createTlsServer(secure);
  server.on("connect", ({ method, url, headers }, socket: Socket) => {
    asked.push([method, url, headers["proxy-authorization"]].filter(Boolean).join(" "));
    socket.on("error", () => {});
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.on("data", (bytes) => passed.push(bytes));
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
  });
  const own = await listen(server);
  const scheme = secure === undefined ? "http" : "https";
  return { url: `${scheme}://127.0.0.1:${own}`, asked, through: () => Buffer.concat(passed) };
}
