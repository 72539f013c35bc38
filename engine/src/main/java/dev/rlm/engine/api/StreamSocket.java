package dev.rlm.engine.api;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.session.SessionRegistry;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.io.IOException;
import java.time.Duration;

/** A session over a WebSocket: who may connect, and one {@link StreamConnection} for each who does. */
final class StreamSocket {

  private static final String CONNECTION = "connection";

  /** How long a connection may lie idle between two executions; while one runs, keep-alives are sent. */
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10);

  private final SessionRegistry sessions;
  private final Commands commands;
  private final Access access;
  private final ByteSize maxMessage;

  StreamSocket(SessionRegistry sessions, Commands commands, Access access, ByteSize maxMessage) {
    this.sessions = sessions;
    this.commands = commands;
    this.access = access;
    this.maxMessage = maxMessage;
  }

  /** Refuses who may not connect, and connections to sessions that are not there, before there is a connection. */
  void beforeUpgrade(Context ctx) throws IOException {
    RequestId.assign(ctx);
    try {
      access.check(ctx);
      sessions.find(Access.caller(ctx), ctx.pathParam("id"));
    } catch (EngineException e) {
      // The framework would answer with the status alone.
      ctx.res().setContentType(Problem.CONTENT_TYPE);
      Problem problem = Errors.problem(e, RequestId.of(ctx));
      ctx.res().setStatus(problem.status());
      ctx.res().getOutputStream().write(Json.write(problem));
      throw e;
    }
  }

  void register(WsConfig config) {
    config.onConnect(
        ctx -> {
          ctx.session.setMaxTextMessageSize(maxMessage.bytes());
          ctx.session.setIdleTimeout(IDLE_TIMEOUT);
          ctx.attribute(
              CONNECTION,
              new StreamConnection(
                  new SocketEvents(ctx),
                  sessions,
                  commands,
                  Access.callerOf(ctx),
                  ctx.pathParam("id"),
                  RequestId.of(ctx)));
        });
    config.onMessage(ctx -> connection(ctx).received(ctx.message()));
    config.onBinaryMessage(ctx -> connection(ctx).receivedBinary());
    config.onClose(ctx -> connection(ctx).closed());
    config.onError(ctx -> connection(ctx).closed());
  }

  private static StreamConnection connection(WsContext ctx) {
    StreamConnection connection = ctx.attribute(CONNECTION);
    if (connection == null) {
      throw new IllegalStateException("a message before the connection");
    }
    return connection;
  }
}
