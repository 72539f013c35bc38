package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The four tests that the security architecture names, against real containers under both runtimes. */
@Tag("security")
final class SandboxSecurityTest {

  private static final Map<String, EngineProcess> ENGINES = new LinkedHashMap<>();

  @BeforeAll
  static void startEngines() {
    for (String runtime : new String[] {"runsc", "runc"}) {
      ENGINES.put(runtime, EngineProcess.start(Map.of("RLM_DOCKER_RUNTIME", runtime)));
    }
  }

  @AfterAll
  static void stopEngines() {
    ENGINES.values().forEach(EngineProcess::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"runsc", "runc"})
  @Tag("network")
  void test_network_blocked(String runtime) {
    JsonNode answer = attack(runtime, "import socket\nsocket.socket().connect(('8.8.8.8', 53))");

    assertFalse(answer.get("success").booleanValue());
    assertEquals("raised", answer.get("outcome").textValue());
    assertEquals("OSError", answer.at("/error/name").textValue());
    assertEquals("[Errno 101] Network is unreachable", answer.at("/error/value").textValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"runsc", "runc"})
  @Tag("memory")
  void test_memory_bomb_killed(String runtime) {
    JsonNode answer = attack(runtime, "x = 'a' * 10**9");

    assertFalse(answer.get("success").booleanValue());
    assertEquals("out_of_memory", answer.get("outcome").textValue());
    assertEquals(137, answer.get("exit_code").intValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"runsc", "runc"})
  @Tag("file")
  @Tag("files")
  void test_sensitive_file_access(String runtime) {
    JsonNode answer = attack(runtime, "open('/etc/shadow')");

    assertFalse(answer.get("success").booleanValue());
    assertEquals("raised", answer.get("outcome").textValue());
    assertEquals("PermissionError", answer.at("/error/name").textValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"runsc", "runc"})
  @Tag("escape")
  void test_subprocess_blocked(String runtime) {
    JsonNode answer = attack(runtime, "import subprocess");

    assertFalse(answer.get("success").booleanValue());
    assertEquals("raised", answer.get("outcome").textValue());
    assertEquals("ImportError", answer.at("/error/name").textValue());
  }

  /** Runs an attack, and makes sure that the engine serves the next caller as if nothing had happened. */
  private static JsonNode attack(String runtime, String code) {
    EngineProcess engine = Objects.requireNonNull(ENGINES.get(runtime));
    JsonNode answer = engine.execute(code);
    assertEquals(runtime, answer.at("/isolation/runtime").textValue());
    assertEquals("none", answer.at("/isolation/network").textValue());
    assertTrue(engine.execute("1").get("success").booleanValue(), "the engine no longer serves");
    return answer;
  }
}
