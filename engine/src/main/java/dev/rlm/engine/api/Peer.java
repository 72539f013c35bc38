package dev.rlm.engine.api;

import io.javalin.http.Context;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/** The other end of a request's connection. */
final class Peer {

  private final EndPoint endPoint;

  private Peer(EndPoint endPoint) {
    this.endPoint = endPoint;
  }

  static Peer of(Context ctx) {
    return new Peer(
        ServletContextRequest.getServletContextRequest(ctx.req()).getConnectionMetaData().getConnection().getEndPoint());
  }

  /** Returns the socket, where there is one. */
  Optional<SocketChannel> socket() {
    return endPoint.getTransport() instanceof SocketChannel channel ? Optional.of(channel) : Optional.empty();
  }

  /** Cuts the connection; whoever is blocked in writing to it fails. */
  void cut() {
    endPoint.close();
  }
}
