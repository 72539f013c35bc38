package dev.rlm.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import dev.rlm.models.ModelServer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The loop's own time, beside models that answer at once, and what it does with contexts of any size. */
final class LoopRow implements Row {

  private static final String KEY = "sk-benchmark-0123456789";
  private static final int TURNS = 20;

  /** Of a run: so many that the pool's refill, which its beginning causes, is over for most of them. */
  private static final int CALLS = 1_000;

  private static final int BATCH = 64;

  /** Rounds of sub-calls. After some 10,000 of them the virtual machine has compiled what they need: the first take five times as long. */
  private static final int WARM_UP = 12;

  private static final int CHILDREN = 3;

  private static final String BATCHED =
      """
      import time
      started = time.perf_counter_ns()
      answers = llm_query_batched(['a question'] * %d)
      FINAL(time.perf_counter_ns() - started)
      """
          .formatted(BATCH);

  private static final String PAIRS =
      """
      seen = {}
      pair = None
      for line in context.splitlines() if type(context) is str else context:
          number = int(line.split()[-1])
          if 1_000_000_007 - number in seen:
              pair = sorted((number, 1_000_000_007 - number))
          seen[number] = True
      """;

  private final Laboratory laboratory;

  LoopRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "loop";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    try (ModelServer models = ModelServer.start(asked -> Answer.text(policy(asked.inLoop(), asked.turns(), question(asked))))
            .forgetful();
        EngineProcess engine = laboratory.engine(variables(models))) {
      Api api = engine.api();
      for (int i = 0; i < scale.of(2, 20); i++) {
        run(api, "turns", Optional.empty());
      }
      for (int i = 0; i < scale.of(2, WARM_UP); i++) {
        run(api, "calls", Optional.empty());
        plainCalls(models);
      }
      Samples turns = new Samples();
      Samples calls = new Samples();
      Samples plain = new Samples();
      for (int i = 0; i < scale.of(3, 20); i++) {
        api.awaitQuiet();
        turns.add((own(api, models, "turns") - own(api, models, "none")) / (TURNS - 1));
        calls.add((own(api, models, "calls") - own(api, models, "none")) / CALLS);
        plain.add(plainCalls(models) / CALLS);
      }
      List<Figure> figures = new ArrayList<>();
      figures.add(Figure.of("of a turn with one block, the models' own time excluded, p50", "ms", turns.medianMillis()).atMost(10));
      figures.add(
          Figure.of("of a sub-call, the models' own time excluded, p50", "ms", calls.medianMillis())
              .beside("plain HTTP, no sandbox", plain.medianMillis())
              .atMost(2));
      figures.add(planes(scale, models));
      waiting(scale, figures);
      for (int megabytes : scale.quick() ? new int[] {1} : new int[] {1, 10, 100}) {
        tasks(api, megabytes, figures);
      }
      return figures;
    }
  }

  private static Map<String, String> variables(ModelServer models) {
    return Map.of(
        "LLM_API_KEY", KEY,
        "LLM_BASE_URL", models.baseUrl().toString(),
        "RLM_DIRECT_CHARACTERS", "0",
        "EXECUTION_TIMEOUT", "120",
        "RLM_MAX_SUB_CALLS", Integer.toString(CALLS));
  }

  private static String question(Asked asked) {
    return asked.inLoop() ? asked.messages().get(1).text() : asked.last();
  }

  /** Behaves like a model that knows what to do. */
  private static String policy(boolean loop, int turn, String question) {
    if (!loop) {
      return "an answer";
    }
    if (question.contains("turns")) {
      return turn < TURNS - 1 ? code("x = %d\nprint(x)".formatted(turn)) : "FINAL(done)";
    }
    if (question.contains("calls")) {
      return code("for i in range(%d): llm_query('a question')\nFINAL('done')".formatted(CALLS));
    }
    if (question.contains("none")) {
      return "FINAL(done)";
    }
    if (turn == 0) {
      return code("print(type(context).__name__, len(context))\nprint(context[:200])");
    }
    return question.contains("needle")
        ? code("at = context.find('needle')\nFINAL(context[at:at + 100].split()[1])")
        : question.contains("count")
            ? code("FINAL(context.count('odd'))")
            : code(PAIRS + "FINAL(pair)");
  }

  private static String code(String code) {
    return "```repl\n%s\n```".formatted(code);
  }

  private static JsonNode run(Api api, String question, Optional<String> contextId) throws Exception {
    Map<String, Object> body = new HashMap<>();
    body.put("query", question);
    contextId.ifPresent(id -> body.put("context_id", id));
    JsonNode answer = api.post("/infer", body).body();
    if (!answer.path("success").asBoolean()) {
      throw new IllegalStateException("no answer: " + answer);
    }
    return answer;
  }

  /** Returns the nanoseconds of a run that its models did not take. */
  private static long own(Api api, ModelServer models, String question) throws Exception {
    long before = models.busyNanos();
    JsonNode answer = run(api, question, Optional.empty());
    return (long) (answer.path("execution_time").asDouble() * 1e9) - (models.busyNanos() - before);
  }

  /** Asks as often as a round of sub-calls does, in the simplest way there is; returns the nanoseconds that the models did not take. */
  private static long plainCalls(ModelServer models) throws IOException {
    byte[] question =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a question\"}]}".getBytes(StandardCharsets.UTF_8);
    URL url = URI.create(models.baseUrl() + "/chat/completions").toURL();
    long before = models.busyNanos();
    long started = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      HttpURLConnection connection = (HttpURLConnection) url.openConnection();
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/json");
      connection.setRequestProperty("Authorization", "Bearer " + KEY);
      connection.getOutputStream().write(question);
      connection.getInputStream().readAllBytes();
    }
    return System.nanoTime() - started - (models.busyNanos() - before);
  }

  /** The same turns with two engines, one for the loop and one for its code. */
  private Figure planes(Scale scale, ModelServer models) throws Exception {
    Samples turns = new Samples();
    try (EngineProcess execution = laboratory.engine(Map.of("RLM_PLANE", "execution"))) {
      Map<String, String> variables = new HashMap<>(variables(models));
      variables.put("RLM_EXECUTION_URL", execution.api().url());
      try (EngineProcess inference = laboratory.engine(variables)) {
        for (int i = 0; i < scale.of(2, 5); i++) {
          run(inference.api(), "turns", Optional.empty());
        }
        for (int i = 0; i < scale.of(3, 8); i++) {
          execution.api().awaitQuiet();
          turns.add((own(inference.api(), models, "turns") - own(inference.api(), models, "none")) / (TURNS - 1));
        }
      }
    }
    return Figure.of("of such a turn whose code runs in another engine, p50", "ms", turns.medianMillis());
  }

  /** Models that take their time, and so have an engine of their own. */
  private static Answer slowly(Asked asked) {
    if (!asked.inLoop()) {
      return new Answer.Late(asked.last().equals("wait") ? Duration.ofMinutes(1) : Duration.ofSeconds(1), Answer.text("x"));
    }
    String question = question(asked);
    return Answer.text(
        code(
            question.contains("batch")
                ? BATCHED
                : question.contains("child") ? "llm_query('wait')" : "rlm_query_batched(['child'] * %d)".formatted(CHILDREN)));
  }

  private void waiting(Scale scale, List<Figure> figures) throws Exception {
    Samples together = new Samples();
    Samples gone = new Samples();
    try (ModelServer slow = ModelServer.start(LoopRow::slowly).forgetful();
        EngineProcess engine = laboratory.engine(variables(slow))) {
      Api api = engine.api();
      for (int i = 0; i <= scale.of(2, 10); i++) {
        long nanos = Long.parseLong(run(api, "batch", Optional.empty()).path("answer").asText());
        if (i > 0) { // The first one warms up.
          together.add(nanos);
        }
      }
      for (int i = 0; i < scale.of(1, 5); i++) {
        api.awaitQuiet();
        int others = slow.underWay(); // It does not notice that nobody waits for its answers any more.
        api.abandon("/infer", Map.of("query", "tree"), () -> slow.underWay() == others + CHILDREN);
        gone.time(
            () -> {
              api.awaitUnused();
              return true;
            });
      }
    }
    figures.add(
        Figure.of("%d sub-calls of 1 s in one batch, p50".formatted(BATCH), "ms", together.medianMillis())
            .beside("one after another", BATCH * 1_000.0)
            .atMost(1_300));
    figures.add(
        Figure.of("a client goes away, until a tree of 1 + %d is gone, p50".formatted(CHILDREN), "ms", gone.medianMillis())
            .atMost(2_000));
  }

  private static void tasks(Api api, int megabytes, List<Figure> figures) throws Exception {
    long lines = megabytes * 1_000_000L / 50;
    Path file = Files.createTempFile("rlm-benchmark", ".txt");
    try {
      try (BufferedWriter writer = Files.newBufferedWriter(file)) {
        for (long i = 0; i < lines; i++) {
          String kind = i == lines * 2 / 3 ? "needle N-%d-X".formatted(megabytes) : i % 3 == 0 ? "odd" : "even";
          long number = i == 10 ? 5 : i == lines - 10 ? 1_000_000_002L : i * 2 + 1_100_000_000L;
          writer.write("%-34s%015d%n".formatted(kind, number));
        }
      }
      String id = api.store(file);
      long odd = (lines + 2) / 3 - (lines * 2 / 3 % 3 == 0 ? 1 : 0);
      figures.add(task(api, id, "needle", megabytes, "N-%d-X".formatted(megabytes)));
      figures.add(task(api, id, "count", megabytes, Long.toString(odd)));
      figures.add(task(api, id, "find the pair", megabytes, "[5,1000000002]"));
      api.forget(id);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static Figure task(Api api, String id, String question, int megabytes, String expected) throws Exception {
    JsonNode answer = run(api, question, Optional.of(id));
    boolean right = answer.path("answer").asText().equals(expected);
    return Figure.of("%s in %d MB".formatted(question, megabytes), "ms", answer.path("execution_time").asDouble() * 1e3)
        .bar("solved", right);
  }
}
