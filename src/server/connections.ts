import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * The open connections of a server and the requests on each. Node's own closeIdleConnections leaves those alone that have
 * not sent anything yet, as browsers open them ahead: a server that closes would wait a minute for them.
 */
export class Connections {
  private readonly requests = new Map<Socket, number>();
  private closing = false;

  constructor(server: Server) {
    server.on("connection", (socket: Socket) => {
      this.requests.set(socket, 0);
      socket.once("close", () => this.requests.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.count(socket, 1);
      response.once("close", () => {
        this.count(socket, -1);
        if (this.closing) this.endIdle(socket);
      });
    });
  }

  /** Ends the connections without a request, and from now on each when its last request is answered. */
  closeWhenIdle(): void {
    this.closing = true;
    for (const socket of this.requests.keys()) this.endIdle(socket);
  }

  private count(socket: Socket, change: number): void {
    const now = this.requests.get(socket);
    if (now !== undefined) this.requests.set(socket, now + change);
  }

  private endIdle(socket: Socket): void {
    if (this.requests.get(socket) === 0) socket.destroySoon();
  }
}
