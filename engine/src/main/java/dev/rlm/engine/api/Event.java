package dev.rlm.engine.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rlm.engine.execution.Execution;
import dev.rlm.engine.history.RunJson;
import dev.rlm.engine.repl.RunEvent;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.OutputListener;
import java.util.Locale;

/** What a caller hears of an execution while it runs: the same events over server-sent events, lines of JSON and WebSocket. */
sealed interface Event {

  /** Returns the kind of event, as it stands on the wire. */
  String type();

  /** The code is about to run. */
  record Start(@JsonProperty("type") String type, String executionId) implements Event {
    static Start of(String executionId) {
      return new Start("start", executionId);
    }
  }

  /** It wrote something: {@code type} is {@code stdout} or {@code stderr}. */
  record Output(@JsonProperty("type") String type, String text) implements Event {
    static Output of(OutputListener.Stream stream, String text) {
      return new Output(stream.name().toLowerCase(Locale.ROOT), text);
    }
  }

  /** It calls a function of the client's. */
  record Call(
      @JsonProperty("type") String type, long call, String name, @JsonRawValue String args, @JsonRawValue String kwargs)
      implements Event {
    static Call of(long call, String name, String args, String kwargs) {
      return new Call("call", call, name, args, kwargs);
    }
  }

  /** The value of its last expression. */
  record Result(@JsonProperty("type") String type, String value) implements Event {
    static Result of(String value) {
      return new Result("result", value);
    }
  }

  /** What went wrong in it. */
  record Failure(@JsonProperty("type") String type, String name, String value, String traceback) implements Event {
    static Failure of(ExecutionError error) {
      return new Failure("error", error.name(), error.value(), error.traceback());
    }
  }

  /** A step of a run, as {@link dev.rlm.engine.history.RunJson} writes it. */
  record Step(@JsonIgnore String type, @JsonValue ObjectNode json) implements Event {
    static Step of(RunEvent event) {
      ObjectNode json = RunJson.event(event);
      return new Step(json.path("type").textValue(), json);
    }
  }

  /** A piece of an answer in the form of another interface. */
  record Data(String type, String text) implements Event {
    static Data of(String text) {
      return new Data("data", text);
    }
  }

  /** Nothing has happened for a while. */
  record Keepalive(@JsonProperty("type") String type) implements Event {
    static final Keepalive INSTANCE = new Keepalive("keepalive");
  }

  /** A message of the client's was refused; whatever runs goes on. */
  record Refused(@JsonProperty("type") String type, Problem problem) implements Event {
    static Refused of(Problem problem) {
      return new Refused("problem", problem);
    }
  }

  /**
   * It is over; nothing comes after this. Either the execution, without the output that has been sent, or the problem that kept
   * it from running.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record End(
      @JsonProperty("type") String type,
      @org.jspecify.annotations.Nullable ExecuteResponse execution,
      @org.jspecify.annotations.Nullable Problem problem)
      implements Event {
    static End of(Execution execution) {
      return new End("end", ExecuteResponse.of(execution).withoutOutput(), null);
    }

    static End of(Problem problem) {
      return new End("end", null, problem);
    }
  }
}
