package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.ExecutionListener;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.OutputListener;
import dev.rlm.engine.session.Session;
import dev.rlm.engine.session.SessionRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a session's WebSocket. It sends code and gets events, and answers the calls that the code makes to functions which it
 * named. Its messages are JSON objects of a {@code type}: {@code execute}, {@code reply} and {@code interrupt}.
 *
 * <p>Every {@code execute} that is not refused with a {@code problem} is answered by exactly one {@code end}. Messages come one at a
 * time; an execution runs on a thread of its own, so that calls can be answered meanwhile. State is under this object's lock, and
 * nothing is sent while it is held.
 */
final class StreamConnection {

  private static final Logger log = LoggerFactory.getLogger(StreamConnection.class);

  private static final Set<String> EXECUTE_FIELDS =
      Set.of("type", "code", "context", "context_id", "timeout", "functions", "timed", "nested");
  private static final Set<String> INTERRUPT_FIELDS = Set.of("type");

  private final EventSink events;
  private final SessionRegistry sessions;
  private final Commands commands;
  private final String caller;
  private final String sessionId;
  private final String requestId;
  private @Nullable Running running;
  private boolean closed;

  StreamConnection(
      EventSink events, SessionRegistry sessions, Commands commands, String caller, String sessionId, String requestId) {
    this.events = events;
    this.sessions = sessions;
    this.commands = commands;
    this.caller = caller;
    this.sessionId = sessionId;
    this.requestId = requestId;
  }

  /** Acts on a message. */
  void received(String message) {
    try {
      JsonNode node = Json.read(message.getBytes(StandardCharsets.UTF_8));
      switch (node.path("type").asText()) {
        case "execute" -> execute(node);
        case "reply" -> reply(node);
        case "interrupt" -> {
          Fields.of(node, INTERRUPT_FIELDS);
          interrupt();
        }
        default -> throw Fields.invalid("the field \"type\" is not execute, reply or interrupt");
      }
    } catch (EngineException e) {
      trySend(Event.Refused.of(Errors.problem(e, requestId)));
    }
  }

  /** Refuses a message that is no text. */
  void receivedBinary() {
    trySend(Event.Refused.of(Errors.problem(Fields.invalid("send text messages"), requestId)));
  }

  /** Interrupts what the client, who is gone, has left running. */
  synchronized void closed() {
    closed = true;
    if (running != null) {
      running.thread.interrupt();
    }
  }

  private void execute(JsonNode node) {
    Fields fields = Fields.of(node, EXECUTE_FIELDS);
    ClientCalls functions = ClientCalls.of(node.path("functions"), fields.flag("timed", true), events);
    ObjectNode request = node.deepCopy();
    request.remove(List.of("type", "functions", "timed", "nested"));
    ExecutionCommand command = commands.of(ExecuteRequest.read(request), caller, functions);
    begin(fields.flag("nested", false) ? command.asNested() : command, functions);
  }

  private synchronized void begin(ExecutionCommand command, ClientCalls functions) {
    if (running != null) {
      throw new ApiException(ErrorCode.SESSION_BUSY, "an execution is under way on this connection: wait for its end");
    }
    if (!closed) {
      Running next = new Running(command, functions);
      running = next;
      next.thread.start();
    }
  }

  private void reply(JsonNode node) {
    Running now;
    synchronized (this) {
      now = running;
    }
    if (now != null) {
      now.functions.reply(node);
    }
  }

  /** Interrupts code that runs; an execution that still waits for its turn is given up. */
  private synchronized void interrupt() {
    if (running != null) {
      running.interrupt();
    }
  }

  private synchronized void over(Running which) {
    if (which.equals(running)) {
      running = null;
    }
  }

  private void trySend(Event event) {
    try {
      events.send(event);
    } catch (EventSink.ClientGoneException e) {
      log.debug("request {}: there is nobody left to tell", requestId);
    }
  }

  /** An execution of this connection's, from its message to its end. */
  private final class Running {

    private final ExecutionCommand command;
    private final ClientCalls functions;
    private final Thread thread = Thread.ofVirtual().name("stream").unstarted(this::run);
    private @Nullable Session session;
    private @Nullable String executionId;

    Running(ExecutionCommand command, ClientCalls functions) {
      this.command = command;
      this.functions = functions;
    }

    /** Called under the connection's lock. */
    void interrupt() {
      if (session != null && executionId != null) {
        session.interrupt(executionId);
      } else {
        thread.interrupt();
      }
    }

    private void run() {
      try {
        StreamedExecution.run(events, this::execute, () -> over(this));
      } catch (EventSink.ClientGoneException e) {
        log.info("request {}: the client went away, and its code was interrupted", requestId);
        over(this);
      } catch (RuntimeException e) {
        end(Errors.problem(e, requestId));
      } catch (InterruptedException e) {
        end(Problem.of(ErrorCode.INTERRUPTED, "it waited for its turn when it was interrupted", requestId));
      }
    }

    private void end(Problem problem) {
      over(this);
      trySend(Event.End.of(problem));
    }

    private Execution execute(ExecutionListener listener) throws InterruptedException {
      Session found = sessions.find(caller, sessionId);
      return sessions.execute(
          found,
          command,
          new ExecutionListener() {
            @Override
            public void started(String id) {
              begun(found, id);
              listener.started(id);
            }

            @Override
            public void output(OutputListener.Stream stream, String text) {
              listener.output(stream, text);
            }
          });
    }

    private void begun(Session in, String id) {
      synchronized (StreamConnection.this) {
        session = in;
        executionId = id;
      }
    }
  }
}
