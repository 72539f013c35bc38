package dev.rlm.engine.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Functions of a client's that code in its sandbox may call: the call goes out as an event, and a {@code reply} comes back. */
final class ClientCalls implements HostCalls {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");
  private static final int MAX_FUNCTIONS = 100;

  /** Where waiting is not the code's time, the answer may be long in coming: it may be that of another loop. */
  private static final Duration LONGEST_UNTIMED = Duration.ofHours(1);

  private static final Set<String> REPLY_FIELDS = Set.of("type", "call", "value", "error");

  private final Set<String> functions;
  private final boolean timed;
  private final EventSink events;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();

  private ClientCalls(Set<String> functions, boolean timed, EventSink events) {
    this.functions = functions;
    this.timed = timed;
    this.events = events;
  }

  /**
   * Reads the names that a client offers.
   *
   * @param timed whether the time in which code waits for answers is its own
   * @throws ApiException when they are not a list of names
   */
  static ClientCalls of(JsonNode names, boolean timed, EventSink events) {
    Set<String> functions = new TreeSet<>();
    if (names.size() > MAX_FUNCTIONS) {
      throw Fields.invalid("the field \"functions\" has more than %d names".formatted(MAX_FUNCTIONS));
    }
    if (!names.isMissingNode() && !names.isArray()) {
      throw Fields.invalid("the field \"functions\" is %s, not a list of names".formatted(Fields.kind(names)));
    }
    for (JsonNode name : names) {
      if (!name.isTextual() || !NAME.matcher(name.textValue()).matches()) {
        throw Fields.invalid("the field \"functions\" has %s, which is no name of a function".formatted(name));
      }
      functions.add(name.textValue());
    }
    return new ClientCalls(Set.copyOf(functions), timed, events);
  }

  @Override
  public Set<String> functions() {
    return functions;
  }

  @Override
  public boolean timed() {
    return timed;
  }

  @Override
  public Limits limits() {
    Limits standard = Limits.STANDARD;
    return timed
        ? standard
        : new Limits(standard.calls(), standard.concurrent(), standard.resultBytes(), LONGEST_UNTIMED);
  }

  @Override
  public String call(String name, String arguments, String keywords) throws HostCallException, InterruptedException {
    long number = numbers.incrementAndGet();
    CompletableFuture<String> answer = new CompletableFuture<>();
    waiting.put(number, answer);
    try {
      events.send(Event.Call.of(number, name, arguments, keywords));
      return answer.get();
    } catch (EventSink.ClientGoneException e) {
      throw new HostCallException("ConnectionError", "whoever offered the function is gone");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HostCallException raised) {
        throw raised;
      }
      throw new IllegalStateException(e);
    } finally {
      waiting.remove(number);
    }
  }

  /**
   * Takes a client's answer; one to no call that waits is ignored.
   *
   * @throws ApiException when it is not an answer
   */
  void reply(JsonNode reply) {
    Fields.of(reply, REPLY_FIELDS);
    JsonNode number = reply.path("call");
    if (!number.canConvertToLong() || !number.isIntegralNumber()) {
      throw Fields.invalid("a reply needs the number of its \"call\"");
    }
    JsonNode error = reply.get("error");
    if ((error == null) == (reply.get("value") == null)
        || (error != null && !(error.path("name").isTextual() && error.path("message").isTextual()))) {
      throw Fields.invalid("a reply needs either a \"value\" or an \"error\" of name and message");
    }
    CompletableFuture<String> answer = waiting.remove(number.longValue());
    if (answer == null) {
      return;
    }
    if (error == null) {
      answer.complete(Json.text(reply.get("value")));
    } else {
      answer.completeExceptionally(
          new HostCallException(error.path("name").textValue(), error.path("message").textValue()));
    }
  }
}
