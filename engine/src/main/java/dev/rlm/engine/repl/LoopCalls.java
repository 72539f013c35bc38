package dev.rlm.engine.repl;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of the functions that code finds, for the blocks of one turn. {@code prelude.py} has the other side. Safe for use by
 * many threads.
 */
final class LoopCalls implements HostCalls {

  private static final String MODELS = "_rlm_models";
  private static final String LOOPS = "_rlm_loops";
  private static final String UPLOAD = "_rlm_upload";
  private static final String DRAFT = "_rlm_draft";
  private static final String FINAL = "_rlm_final";

  /** The names under which {@code prelude.py} finds them. */
  static final Set<String> FUNCTIONS = Set.of(MODELS, LOOPS, UPLOAD, DRAFT, FINAL);

  /** The most characters that may have been handed over and not been used. */
  private static final long MAX_UPLOADED = 16L << 20;

  private static final int MAX_CALLS = 10_000;

  /** Calls that may wait at one time, where the run may not ask even more models at one time: more than a sandbox has threads. */
  private static final int LEAST_CONCURRENT = 64;

  private static final ByteSize MAX_ANSWER = ByteSize.mebibytes(16);

  private final SubCalls subCalls;
  private final RunScope scope;
  private final int concurrent;
  private final Map<Integer, String> uploaded = new HashMap<>();
  private long uploadedCharacters;
  private int uploads;
  private @Nullable JsonNode answer;
  private @Nullable JsonNode draft;

  /** Creates the functions; {@code modelCalls} is how many models the run may ask at one time. */
  LoopCalls(SubCalls subCalls, RunScope scope, int modelCalls) {
    this.subCalls = subCalls;
    this.scope = scope;
    this.concurrent = Math.max(LEAST_CONCURRENT, modelCalls);
  }

  @Override
  public Set<String> functions() {
    return FUNCTIONS;
  }

  @Override
  public Limits limits() {
    Duration time = scope.deadline().remaining().plusSeconds(1);
    return new Limits(MAX_CALLS, concurrent, MAX_ANSWER, time);
  }

  @Override
  public boolean timed() {
    return false;
  }

  @Override
  public Destination destination(String name) {
    return switch (name) {
      case DRAFT, FINAL -> Destination.ANSWER;
      default -> Destination.MODEL;
    };
  }

  @Override
  public String call(String name, String arguments, String keywords) throws HostCallException, InterruptedException {
    JsonNode given = JsonValue.read(arguments);
    try (RunScope.Part _ = scope.join()) {
      return switch (name) {
        case MODELS -> JsonValue.write(subCalls.askModels(given.path(0), text(given.path(1))));
        case LOOPS -> JsonValue.write(subCalls.runLoops(given.path(0), this::take));
        case UPLOAD -> Integer.toString(upload(given.path(0).asText()));
        case DRAFT -> draft(given.path(0));
        case FINAL -> finish(given.path(0));
        default -> throw new HostCallException("NameError", "there is no function " + name);
      };
    }
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
  }

  private synchronized int upload(String piece) throws HostCallException {
    if (uploadedCharacters + piece.length() > MAX_UPLOADED) {
      throw new HostCallException(
          "ValueError", "contexts of more than %,d characters together cannot be handed over".formatted(MAX_UPLOADED));
    }
    uploadedCharacters += piece.length();
    uploaded.put(++uploads, piece);
    return uploads;
  }

  /** Takes pieces that were handed over, and forgets them. */
  private synchronized String take(JsonNode numbers) throws HostCallException {
    StringBuilder text = new StringBuilder();
    for (JsonNode number : numbers) {
      String piece = uploaded.remove(number.asInt());
      if (piece == null) {
        throw new HostCallException("ValueError", "a piece of a context was not handed over");
      }
      uploadedCharacters -= piece.length();
      text.append(piece);
    }
    return text.toString();
  }

  private synchronized String draft(JsonNode value) {
    draft = value;
    return "null";
  }

  private synchronized String finish(JsonNode value) {
    if (answer == null) {
      answer = value;
    }
    return "null";
  }

  /** Returns the first answer that was given. */
  synchronized Optional<JsonNode> answer() {
    return Optional.ofNullable(answer);
  }

  /** Returns the last answer that was not yet meant to be one. */
  synchronized Optional<JsonNode> draft() {
    return Optional.ofNullable(draft);
  }
}
