package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Makes an attack over HTTP, as a client would, and says in one line what came of it. */
final class Attack {

  /** A machine that stood still for a while measures wrong; one that measures so again and again does not. */
  private static final int MEASUREMENTS = 3;

  /** The least time that processor time is set against, in milliseconds: one that ends at once may be busy all the while. */
  private static final double LEAST_WALL_MS = 1_000;

  private static final String PORT = "PORT";

  private final Target target;
  private final Probe probe;

  Attack(Target target, Probe probe) {
    this.target = target;
    this.probe = probe;
  }

  /** Makes it; fails where something came out that never may. */
  String make() {
    return switch (probe.means()) {
      case Probe.Means.Code code -> code.copies() == 1 ? observe(code) : observeCopies(code);
      case Probe.Means.Http http -> join(http.requests().stream().map(this::send).toList());
      case Probe.Means.Test test -> TestNames.check(test.name());
    };
  }

  private String observeCopies(Probe.Means.Code code) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> copies = new ArrayList<>();
      for (int n = 0; n < code.copies(); n++) {
        copies.add(threads.submit(() -> observe(code)));
      }
      List<String> observed = new ArrayList<>();
      for (Future<String> copy : copies) {
        observed.add(copy.get());
      }
      return join(observed);
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String observe(Probe.Means.Code code) {
    return join(IntStream.range(0, code.pieces().size()).mapToObj(n -> run(code, code.pieces().get(n), code.timeouts().get(n))).toList());
  }

  private String run(Probe.Means.Code code, String piece, int timeout) {
    String port = Integer.toString(target.engine().address("http", "").getPort());
    Map<String, Object> body = new HashMap<>();
    body.put("code", Corpus.prelude() + piece.replace(PORT, port));
    body.put("timeout", timeout);
    if (!code.context().isMissingNode()) {
      body.put("context", code.context());
    }
    String excess = "";
    for (int n = 0; n < MEASUREMENTS; n++) {
      JsonNode answer = target.engine().execute(body);
      refuseWhatNeverMayBe(answer.toString());
      excess = excess(answer.path("usage"));
      if (excess.isEmpty()) {
        return observation(answer);
      }
    }
    return excess;
  }

  private String excess(JsonNode usage) {
    double cores = usage.path("cpu_ms").asDouble() / Math.max(LEAST_WALL_MS, usage.path("wall_ms").asDouble());
    double megabytes = usage.path("memory_peak_bytes").asDouble() / 1e6;
    return cores > probe.most().cores() || megabytes > probe.most().megabytes()
        ? "used %.2f cores and %.0f MB".formatted(cores, megabytes)
        : "";
  }

  private static String observation(JsonNode answer) {
    StringBuilder line = new StringBuilder(answer.path("outcome").asText());
    switch (line.toString()) {
      case "completed" -> answer.path("result").asText("").lines().findFirst().ifPresent(value -> line.append(' ').append(value));
      case "raised", "sandbox_lost" ->
          line.append(' ').append(answer.at("/error/name").asText()).append(": ").append(answer.at("/error/value").asText());
      default -> {
        if (!answer.path("exit_code").isNull()) {
          line.append(' ').append(answer.path("exit_code").asInt());
        }
      }
    }
    String plain = line.toString().replaceAll("[^ -~]", "?");
    Set<String> rules = new TreeSet<>();
    answer.path("findings").forEach(finding -> rules.add(finding.path("rule").asText()));
    return plain + (rules.isEmpty() ? "" : ", found " + String.join(" ", rules)) + (answer.path("truncated").asBoolean() ? ", truncated" : "");
  }

  private String send(String request) {
    RawHttp.Answer answer = RawHttp.send(target.engine().address("http", "").getPort(), request);
    refuseWhatNeverMayBe(answer.text());
    return answer.summary();
  }

  private void refuseWhatNeverMayBe(String text) {
    List<String> never = new ArrayList<>(probe.never());
    never.add(Target.SECRET);
    for (String secret : never) {
      assertFalse(text.contains(secret), () -> "an answer has " + secret);
      assertFalse(target.engine().log().contains(secret), () -> "the log has " + secret);
    }
  }

  /** Puts together what came of several; once, where the same came of all. */
  private static String join(List<String> observed) {
    return new LinkedHashSet<>(observed).size() == 1 ? observed.getFirst() : String.join("; then ", observed);
  }
}
