package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.context.ContextException;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.OverloadedException;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ContextTooLargeException;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.session.Session;
import dev.rlm.engine.session.SessionException;
import dev.rlm.engine.session.SessionRegistry;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session over a WebSocket: the client sends code and gets events, and answers the calls that the code makes to functions which
 * the client named. Messages are JSON objects of a {@code type}: {@code execute}, {@code reply} and {@code interrupt}.
 */
final class StreamSocket {

  private static final Logger log = LoggerFactory.getLogger(StreamSocket.class);

  private static final String CONNECTION = "connection";
  private static final Set<String> EXECUTE_FIELDS =
      Set.of("type", "code", "context", "context_id", "timeout", "functions");

  private final SessionRegistry sessions;
  private final Commands commands;
  private final ByteSize maxMessage;

  StreamSocket(SessionRegistry sessions, Commands commands, ByteSize maxMessage) {
    this.sessions = sessions;
    this.commands = commands;
    this.maxMessage = maxMessage;
  }

  void register(WsConfig config) {
    config.onConnect(
        ctx -> {
          ctx.session.setMaxTextMessageSize(maxMessage.bytes());
          ctx.attribute(CONNECTION, new Connection(ctx, Access.callerOf(ctx), ctx.pathParam("id")));
        });
    config.onMessage(ctx -> connection(ctx).received(ctx.message()));
    config.onClose(ctx -> connection(ctx).closed());
    config.onError(ctx -> connection(ctx).closed());
  }

  private static Connection connection(WsContext ctx) {
    Connection connection = ctx.attribute(CONNECTION);
    if (connection == null) {
      throw new IllegalStateException("a message before the connection");
    }
    return connection;
  }

  /** One client. Messages come one at a time; an execution runs on a thread of its own, so that calls can be answered meanwhile. */
  private final class Connection {

    private final SocketEvents events;
    private final String caller;
    private final String sessionId;
    private @Nullable Thread running;
    private @Nullable ClientCalls calls;

    Connection(WsContext ctx, String caller, String sessionId) {
      this.events = new SocketEvents(ctx);
      this.caller = caller;
      this.sessionId = sessionId;
    }

    void received(String message) {
      try {
        JsonNode node = Json.read(message.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        switch (node.path("type").asText()) {
          case "execute" -> execute(node);
          case "reply" -> reply(node);
          case "interrupt" -> interrupt();
          default -> throw Fields.invalid("the field \"type\" is not execute, reply or interrupt");
        }
      } catch (EngineException e) {
        events.send(end(e));
      }
    }

    private synchronized void execute(JsonNode node) {
      if (running != null) {
        throw new ApiException(ErrorCode.SESSION_BUSY, "an execution is under way on this connection: wait for its end");
      }
      Fields.of(node, EXECUTE_FIELDS);
      ClientCalls functions = ClientCalls.of(node.path("functions"), events);
      com.fasterxml.jackson.databind.node.ObjectNode request = node.deepCopy();
      request.remove(java.util.List.of("type", "functions"));
      Session session = sessions.find(caller, sessionId);
      ExecutionCommand command = commands.of(ExecuteRequest.read(request), caller, functions);
      calls = functions;
      running = Thread.ofVirtual().name("stream").start(() -> run(session, command));
    }

    private void run(Session session, ExecutionCommand command) {
      Event.@Nullable End end = null;
      try {
        StreamedExecution.run(events, listener -> sessions.execute(session, command, listener), this::over);
      } catch (EngineException e) {
        end = end(e);
      } catch (EventSink.ClientGoneException | InterruptedException e) {
        log.debug("the client of session {} went away", session.id().value());
      } catch (RuntimeException e) {
        log.error("an execution in session {} failed", session.id().value(), e);
        end = Event.End.of(Problem.of(ErrorCode.INTERNAL_ERROR, "the engine failed", sessionId));
      } finally {
        over();
      }
      if (end != null) {
        events.trySend(end);
      }
    }

    /** From here on the client may send the next. */
    private synchronized void over() {
      running = null;
      calls = null;
    }

    private synchronized void reply(JsonNode node) {
      if (calls != null) {
        calls.reply(node);
      }
    }

    private synchronized void interrupt() {
      if (running != null) {
        running.interrupt();
      }
    }

    void closed() {
      interrupt();
    }

    private Event.End end(EngineException e) {
      ErrorCode code =
          switch (e) {
            case ApiException wrong -> wrong.code();
            case SessionException session -> Errors.code(session);
            case ContextException context -> Errors.code(context);
            case ContextTooLargeException _ -> ErrorCode.CONTEXT_TOO_LARGE;
            case OverloadedException _ -> ErrorCode.OVERLOADED;
            case SandboxUnavailableException _ -> ErrorCode.SANDBOX_UNAVAILABLE;
            default -> ErrorCode.INTERNAL_ERROR;
          };
      return Event.End.of(Problem.of(code, e.getMessage(), sessionId));
    }
  }
}
