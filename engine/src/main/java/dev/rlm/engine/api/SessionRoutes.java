package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.session.Session;
import dev.rlm.engine.session.SessionRegistry;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The routes of sessions: sandboxes that keep their state. */
final class SessionRoutes {

  private static final String STREAM = "/session/{id}/stream";
  private static final Set<String> OPEN_FIELDS = Set.of("context", "context_id");

  private final SessionRegistry sessions;
  private final Commands commands;
  private final Executions executions;
  private final Access access;
  private final ByteSize maxBody;

  SessionRoutes(
      SessionRegistry sessions, Commands commands, Executions executions, Access access, ByteSize maxBody) {
    this.sessions = sessions;
    this.commands = commands;
    this.executions = executions;
    this.access = access;
    this.maxBody = maxBody;
  }

  /** What is told of a session. */
  record SessionView(String sessionId, String created, double ageSeconds, double idleSeconds, int executions) {
    static SessionView of(Session session) {
      return new SessionView(
          session.id().value(),
          session.created().toString(),
          Duration.between(session.created(), Instant.now()).toMillis() / 1e3,
          session.idle().toMillis() / 1e3,
          session.executions());
    }
  }

  /** The same with its variables, null when its sandbox does not answer. */
  record SessionDetails(
      String sessionId,
      String created,
      double ageSeconds,
      double idleSeconds,
      int executions,
      Optional<Map<String, String>> variables) {
    static SessionDetails of(SessionView view, Optional<Map<String, String>> variables) {
      return new SessionDetails(
          view.sessionId(), view.created(), view.ageSeconds(), view.idleSeconds(), view.executions(), variables);
    }
  }

  /** A list of sessions. */
  record SessionList(List<SessionView> sessions) {}

  void register(JavalinConfig config) {
    config.routes.post("/session", this::open);
    config.routes.get("/session", this::list);
    config.routes.get("/session/{id}", this::show);
    config.routes.delete("/session/{id}", this::close);
    config.routes.post("/session/{id}/execute", this::execute);
    StreamSocket socket = new StreamSocket(sessions, commands, access, maxBody);
    config.routes.wsBeforeUpgrade(STREAM, socket::beforeUpgrade);
    config.routes.ws(STREAM, socket::register);
  }

  private void open(Context ctx) throws InterruptedException {
    Fields fields = Fields.of(Bodies.jsonOrEmpty(ctx, maxBody), OPEN_FIELDS);
    Session session =
        sessions.open(
            Access.caller(ctx),
            commands.context(fields.value("context"), fields.text("context_id"), Access.caller(ctx)));
    ctx.status(201);
    ctx.header("Location", "/session/" + session.id().value());
    json(ctx, SessionView.of(session));
  }

  private void list(Context ctx) {
    json(ctx, new SessionList(sessions.list(Access.caller(ctx)).stream().map(SessionView::of).toList()));
  }

  private void show(Context ctx) throws InterruptedException {
    Session session = sessions.find(Access.caller(ctx), ctx.pathParam("id"));
    json(ctx, SessionDetails.of(SessionView.of(session), session.variables()));
  }

  private void close(Context ctx) {
    sessions.close(Access.caller(ctx), ctx.pathParam("id"));
    ctx.status(204);
  }

  private void execute(Context ctx) throws InterruptedException {
    Session session = sessions.find(Access.caller(ctx), ctx.pathParam("id"));
    JsonNode body = Json.read(Bodies.json(ctx, maxBody));
    ExecutionCommand command = commands.of(ExecuteRequest.read(body), Access.caller(ctx), HostCalls.NONE);
    executions.answer(ctx, listener -> sessions.execute(session, command, listener));
  }

  private static void json(Context ctx, Object value) {
    ctx.contentType("application/json");
    ctx.result(Json.write(value));
  }
}
