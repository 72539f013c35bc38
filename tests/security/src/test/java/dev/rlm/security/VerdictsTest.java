package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every way in which an execution can end is told from every other, many at a time and in any order, also where the guest tries to
 * look like another. {@code -Drepeats=50} runs each so often, {@code -Dseed=N} in the order of an earlier run.
 */
@Tag("security")
@Tag("protocol")
final class VerdictsTest {

  private static final int AT_A_TIME = 6;

  private record End(String expected, String by, String code, int timeout) {

    String observe(EngineProcess engine) {
      JsonNode answer = engine.execute(Map.of("code", code, "timeout", timeout));
      String outcome = answer.path("outcome").asText();
      String detail =
          switch (outcome) {
            case "raised" -> " " + answer.at("/error/name").asText();
            case "exited", "out_of_memory", "process_limit" -> " " + answer.path("exit_code").asInt();
            default -> "";
          };
      return outcome + detail + (answer.path("success").asBoolean() == outcome.equals("completed") ? "" : " with a wrong success");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"runsc", "runc"})
  void everyEndIsToldFromEveryOther(String runtime) throws IOException, InterruptedException, ExecutionException {
    List<End> ends = new ArrayList<>();
    for (int n = 0; n < Integer.getInteger("repeats", 3); n++) {
      ends.addAll(ends());
    }
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    Collections.shuffle(ends, new Random(seed));
    Map<String, Integer> wrong = new TreeMap<>();
    Map<String, String> variables =
        Map.of("RLM_DOCKER_RUNTIME", runtime, "RLM_OUTPUT_LIMIT", "8m", "RLM_QUEUE_TIMEOUT", "600");
    try (EngineProcess engine = EngineProcess.start(variables);
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<String>> observed = ends.stream().map(end -> threads.submit(() -> end.observe(engine))).toList();
      for (int n = 0; n < ends.size(); n++) {
        String found = observed.get(n).get();
        if (!found.equals(ends.get(n).expected())) {
          wrong.merge("%s by %s was taken for %s".formatted(ends.get(n).expected(), ends.get(n).by(), found), 1, Integer::sum);
        }
      }
    }
    assertEquals(Map.of(), wrong, "and how often, of %d executions".formatted(ends.size()));
  }

  private static List<End> ends() throws IOException {
    List<End> ends = new ArrayList<>();
    try (InputStream in = VerdictsTest.class.getResourceAsStream("/verdicts.yaml")) {
      for (JsonNode entry : new YAMLMapper().readTree(in)) {
        ends.add(
            new End(
                entry.path("is").asText(),
                entry.path("by").asText(),
                entry.path("code").asText(),
                entry.path("timeout").asInt(60)));
      }
    }
    return ends;
  }
}
