package dev.rlm.engine.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.RuntimePreference;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {

  private static final String KEY = "0123456789abcdef";

  private static final ResourceLimits LIMITS =
      new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64));

  private static final String DATA =
      System.getProperty("user.name").equals("root")
          ? "/var/lib/rlm"
          : System.getProperty("user.home") + "/.local/state/rlm";
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int POOL = Math.clamp(2L * CORES, 2, 16);

  private static final Settings DEFAULTS =
      new Settings(
          new PlaneSettings(PlaneSettings.Plane.BOTH, Optional.empty(), Optional.empty()),
          new ServerSettings("127.0.0.1", 8000, List.of(), List.of(), ByteSize.mebibytes(16)),
          new SandboxSettings(
              SandboxSettings.Mode.DOCKER,
              RuntimePreference.AUTO,
              "unix:///var/run/docker.sock",
              "",
              false,
              true,
              LIMITS,
              ".",
              "python3"),
          new ExecutionSettings(
              Duration.ofSeconds(30),
              Duration.ofSeconds(300),
              8,
              64,
              Duration.ofSeconds(60),
              ByteSize.mebibytes(1),
              ByteSize.mebibytes(64),
              Optional.empty()),
          new PoolSettings(POOL, Math.clamp(2L * CORES, 2, 8), 100 + 8 + POOL, 100, Duration.ofHours(1)),
          new EgressSettings(Optional.empty(), Optional.empty(), Optional.empty()),
          new ContextSettings(Path.of(DATA), ByteSize.mebibytes(10 << 10), Duration.ofHours(1)),
          new ModelSettings(
              Optional.empty(),
              URI.create("https://api.openai.com/v1"),
              "gpt-5",
              "gpt-5",
              List.of(),
              Map.of(),
              Duration.ofMinutes(5),
              4,
              16_384,
              128_000),
          new RunSettings(
              16,
              20,
              200,
              3,
              500,
              64,
              5_000_000,
              2_000_000,
              Optional.empty(),
              Duration.ofMinutes(10),
              10_000,
              1_000_000,
              4_000,
              ByteSize.mebibytes(1 << 10),
              Duration.ofDays(7)),
          Settings.LogLevel.INFO,
          Set.of());

  @Test
  void hasTheseDefaults() {
    assertEquals(DEFAULTS, Settings.from(Map.of()));
  }

  /** Each holds what its answer may take: else some would wait for the others. */
  @Test
  void asManyModelCallsAsMayBeUnderWayFitIntoTheirBudget() {
    long held = (long) DEFAULTS.runs().concurrentCalls() * DEFAULTS.models().maxOutputTokens();
    assertTrue(held <= DEFAULTS.runs().outputTokens(), () -> "%d tokens".formatted(held));
  }

  @Test
  void readsTheseVariables() {
    assertEquals(
        List.of(
            "DOCKER_HOST",
            "EXECUTION_TIMEOUT",
            "LLM_API_KEY",
            "LLM_ATTEMPTS",
            "LLM_BASE_URL",
            "LLM_CONTEXT_WINDOW",
            "LLM_MAX_OUTPUT_TOKENS",
            "LLM_MODEL",
            "LLM_MODELS",
            "LLM_PRICES",
            "LLM_RECURSIVE_MODEL",
            "LLM_TIMEOUT",
            "LOG_LEVEL",
            "MAX_DEPTH",
            "MAX_ITERATIONS",
            "MAX_SESSIONS",
            "RLM_ALLOWED_HOSTS",
            "RLM_ALLOW_UNSAFE_LOCAL",
            "RLM_API_KEY",
            "RLM_AUDIT_LOG",
            "RLM_CONTEXT_BUDGET",
            "RLM_CONTEXT_TTL",
            "RLM_CPU_LIMIT",
            "RLM_DATA_DIR",
            "RLM_DIRECT_CHARACTERS",
            "RLM_DOCKER_RUNTIME",
            "RLM_EGRESS_ECHO",
            "RLM_EGRESS_POLICY",
            "RLM_EGRESS_RULES",
            "RLM_EXECUTION_KEY",
            "RLM_EXECUTION_MODE",
            "RLM_EXECUTION_URL",
            "RLM_GUARD",
            "RLM_HOME",
            "RLM_HOST",
            "RLM_MAX_BODY",
            "RLM_MAX_CONCURRENT",
            "RLM_MAX_CONCURRENT_CALLS",
            "RLM_MAX_COST",
            "RLM_MAX_EXECUTION_TIMEOUT",
            "RLM_MAX_OUTPUT_TOKENS",
            "RLM_MAX_PROMPT_TOKENS",
            "RLM_MAX_QUEUED",
            "RLM_MAX_RUNS",
            "RLM_MAX_RUN_TIME",
            "RLM_MAX_SANDBOXES",
            "RLM_MAX_SHOWN",
            "RLM_MAX_SUB_CALLS",
            "RLM_MAX_TOTAL_ITERATIONS",
            "RLM_MEMORY_LIMIT",
            "RLM_NETWORK_ENABLED",
            "RLM_OUTPUT_KEPT",
            "RLM_OUTPUT_LIMIT",
            "RLM_PIDS_LIMIT",
            "RLM_PLANE",
            "RLM_POOL_PARALLEL",
            "RLM_POOL_SIZE",
            "RLM_PORT",
            "RLM_PYTHON",
            "RLM_QUEUE_TIMEOUT",
            "RLM_SANDBOX_IMAGE",
            "RLM_SHOWN_PER_BLOCK",
            "RLM_TMP_LIMIT",
            "RLM_TRAJECTORY_BUDGET",
            "RLM_TRAJECTORY_TTL",
            "SESSION_TTL",
            "WASM_SERVICE_URL",
            "XDG_STATE_HOME"),
        Settings.variableNames());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "DOCKER_HOST | tcp://10.0.0.1:2375 | dockerHost=tcp://10.0.0.1:2375",
        "EXECUTION_TIMEOUT | 2.5 | timeout=PT2.5S",
        "LLM_API_KEY | sk-secret | apiKey=true",
        "LLM_ATTEMPTS | 2 | attempts=2",
        "LLM_BASE_URL | http://127.0.0.1:11434/v1/ | baseUrl=http://127.0.0.1:11434/v1,",
        "LLM_CONTEXT_WINDOW | 99000 | contextWindow=99000",
        "LLM_MAX_OUTPUT_TOKENS | 99 | maxOutputTokens=99",
        "LLM_MODEL | local | model=local, recursiveModel=local",
        "LLM_MODELS | a, b | others=[a, b]",
        "LLM_PRICES | a=1.25/10, b=1/0.1/2 | prices=[a, b]",
        "LLM_RECURSIVE_MODEL | small | recursiveModel=small",
        "LLM_TIMEOUT | 9 | timeout=PT9S, attempts",
        "MAX_DEPTH | 2 | depth=2",
        "MAX_ITERATIONS | 9 | iterations=9, totalIterations=200",
        "LOG_LEVEL | debug | logLevel=DEBUG",
        "RLM_ALLOWED_HOSTS | a.example, b.example, | allowedHosts=[a.example, b.example]",
        "RLM_API_KEY | 0123456789abcdef,fedcba9876543210 | apiKeys=2",
        "RLM_CONTEXT_BUDGET | 5m | budget=5m",
        "RLM_CONTEXT_TTL | 9 | timeToLive=PT9S",
        "RLM_DATA_DIR | /data | dataFolder=/data",
        "RLM_DIRECT_CHARACTERS | 0 | directCharacters=0",
        "RLM_MAX_CONCURRENT_CALLS | 3 | concurrentCalls=3",
        "RLM_MAX_COST | 0.5 | cost=Optional[0.5]",
        "RLM_MAX_OUTPUT_TOKENS | 77 | outputTokens=77",
        "RLM_MAX_PROMPT_TOKENS | 78 | promptTokens=78",
        "RLM_MAX_RUNS | 2 | maxRuns=2",
        "RLM_MAX_RUN_TIME | 61 | time=PT1M1S",
        "RLM_MAX_SHOWN | 5000 | shown=5000",
        "RLM_MAX_SUB_CALLS | 4 | subCalls=4",
        "RLM_MAX_TOTAL_ITERATIONS | 44 | totalIterations=44",
        "RLM_SHOWN_PER_BLOCK | 500 | shownPerBlock=500",
        "RLM_TRAJECTORY_BUDGET | 5m | trajectoryBudget=5m",
        "RLM_TRAJECTORY_TTL | 9 | trajectoryTimeToLive=PT9S",
        "RLM_AUDIT_LOG | /tmp/audit.jsonl | auditLog=Optional[/tmp/audit.jsonl]",
        "RLM_EGRESS_ECHO | deny | echo=Optional[DENY]",
        "RLM_EGRESS_POLICY | /dev/null | policy=Optional[/dev/null]",
        "RLM_EGRESS_RULES | /dev/null | rules=Optional[/dev/null]",
        "RLM_CPU_LIMIT | 0.5 | cpus=0.5",
        "RLM_DOCKER_RUNTIME | runsc | runtime=RUNSC",
        "RLM_DOCKER_RUNTIME | RUNC | runtime=RUNC",
        "RLM_GUARD | false | guard=false",
        "RLM_HOME | /opt/rlm | home=/opt/rlm",
        "RLM_HOST | ::1 | host=::1",
        "RLM_MAX_BODY | 1m | maxBody=1m",
        "RLM_MAX_CONCURRENT | 2 | maxConcurrent=2",
        "RLM_MAX_EXECUTION_TIMEOUT | 3600 | maxTimeout=PT1H",
        "RLM_MAX_QUEUED | 0 | maxQueued=0",
        "RLM_MEMORY_LIMIT | 1g | memory=1g",
        "RLM_NETWORK_ENABLED | true | network=true",
        "RLM_OUTPUT_KEPT | 64k | outputKept=64k",
        "RLM_OUTPUT_LIMIT | 2m | outputLimit=2m",
        "MAX_SESSIONS | 7 | maxSessions=7",
        "RLM_MAX_SANDBOXES | 99 | ceiling=99",
        "RLM_PIDS_LIMIT | 20 | processes=20",
        "RLM_PLANE | execution | plane=EXECUTION",
        "RLM_EXECUTION_KEY | the-key-of-it | executionKey=true",
        "RLM_POOL_PARALLEL | 3 | parallel=3",
        "RLM_POOL_SIZE | 0 | size=0",
        "SESSION_TTL | 60 | sessionTimeToLive=PT1M",
        "RLM_PORT | 0 | port=0",
        "RLM_PYTHON | /usr/bin/python3.13 | python=/usr/bin/python3.13",
        "RLM_QUEUE_TIMEOUT | 0.5 | queueTimeout=PT0.5S",
        "RLM_SANDBOX_IMAGE | mine:1 | image=mine:1",
        "RLM_TMP_LIMIT | 1m | temporaryFiles=1m"
      },
      delimiter = '|')
  void eachVariableChangesItsSetting(String variable, String value, String shown) {
    Settings settings = Settings.from(Map.of(variable, value));
    assertTrue(settings.toString().contains(shown), settings::toString);
    assertFalse(DEFAULTS.toString().contains(shown + ",") || DEFAULTS.toString().contains(shown + "]"), shown);
    assertNotEquals(DEFAULTS, settings);
    assertEquals(Set.of(), settings.unknown());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t"})
  void anEmptyVariableCountsAsNotSet(String value) {
    Map<String, String> environment = new HashMap<>();
    Settings.variableNames().forEach(name -> environment.put(name, value));
    assertEquals(DEFAULTS, Settings.from(environment));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "TRUE", "on", "yes", "1", " true "})
  void readsWhatMeansYes(String value) {
    assertTrue(Settings.from(Map.of("RLM_NETWORK_ENABLED", value)).sandbox().network());
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "False", "off", "no", "0"})
  void readsWhatMeansNo(String value) {
    assertFalse(Settings.from(Map.of("RLM_GUARD", value)).sandbox().guard());
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "RLM_EXECUTION_MODE | kubernetes | use docker or local",
        "RLM_DOCKER_RUNTIME | kata | use auto or runsc or runc",
        "LOG_LEVEL | loud | use error or warn or info or debug or trace",
        "RLM_NETWORK_ENABLED | maybe | use true or false",
        "RLM_GUARD | 2 | use true or false",
        "RLM_ALLOW_UNSAFE_LOCAL | sure | use true or false",
        "RLM_PORT | 65536 | use 0 to 65535",
        "RLM_PORT | -1 | use 0 to 65535",
        "RLM_PORT | http | is not a number that fits",
        "RLM_PORT | 80.5 | is not a number that fits",
        "RLM_PORT | 1e999999999 | is not a number that fits",
        "RLM_PORT | 99999999999 | is not a number that fits",
        "RLM_PIDS_LIMIT | 9 | use 10 to 1000",
        "RLM_PIDS_LIMIT | 1001 | use 10 to 1000",
        "RLM_MAX_CONCURRENT | 0 | use 1 to 1000",
        "RLM_MAX_QUEUED | -1 | use 0 to 10000",
        "RLM_CPU_LIMIT | 0 | at most 64",
        "RLM_CPU_LIMIT | -1 | at most 64",
        "RLM_CPU_LIMIT | 65 | at most 64",
        "RLM_CPU_LIMIT | 1e999 | at most 64",
        "RLM_CPU_LIMIT | 0.0000001 | at most 64",
        "RLM_CPU_LIMIT | one | is not a number that fits",
        "RLM_CPU_LIMIT | NaN | is not a number that fits",
        "RLM_MEMORY_LIMIT | 16m | at least 32m",
        "RLM_MEMORY_LIMIT | 0 | use more than 0",
        "RLM_MEMORY_LIMIT | 2048g | use more than 0 and at most 1024g",
        "RLM_MEMORY_LIMIT | 512mm | not a size",
        "RLM_MEMORY_LIMIT | -1 | not a size",
        "RLM_MEMORY_LIMIT | 999999999999999g | RLM_MEMORY_LIMIT=999999999999999g",
        "RLM_TMP_LIMIT | 513m | at most the memory limit",
        "LLM_CONTEXT_WINDOW | 32000 | is less than twice LLM_MAX_OUTPUT_TOKENS=16384",
        "LLM_BASE_URL | ftp://a | use an address such as",
        "LLM_BASE_URL | http://user@host/v1 | use an address such as",
        "LLM_PRICES | a | use a list of name=value",
        "LLM_PRICES | a=1 | use model=prompt/output",
        "LLM_PRICES | a=1/-2 | a price is not negative",
        "MAX_DEPTH | 0 | use 1 to 10",
        "RLM_MAX_COST | -1 | use 0 or more",
        "RLM_EGRESS_ECHO | maybe | use off or report or budget or deny",
        "RLM_EGRESS_POLICY | /nonexistent | there is no such file",
        "RLM_TMP_LIMIT | 0 | use more than 0",
        "RLM_MAX_BODY | 49m | at most 48m",
        "RLM_OUTPUT_KEPT | 65m | at most 64m",
        "RLM_OUTPUT_LIMIT | 17g | at most 16g",
        "EXECUTION_TIMEOUT | 0 | use more than 0 and at most 3600 seconds",
        "EXECUTION_TIMEOUT | -1 | use more than 0 and at most 3600 seconds",
        "EXECUTION_TIMEOUT | 3601 | use more than 0 and at most 3600 seconds",
        "EXECUTION_TIMEOUT | 30s | is not a number that fits",
        "EXECUTION_TIMEOUT | 1e2147483647 | is not a number that fits",
        "EXECUTION_TIMEOUT | 301 | is more than RLM_MAX_EXECUTION_TIMEOUT=300",
        "RLM_MAX_EXECUTION_TIMEOUT | 3601 | use more than 0 and at most 3600 seconds",
        "RLM_QUEUE_TIMEOUT | 0 | use more than 0 and at most 3600 seconds"
      },
      delimiter = '|')
  void saysWhichValueIsWrongAndWhatToUse(String variable, String value, String advice) {
    String message = problems(Map.of(variable, value));
    assertTrue(message.contains(variable), message);
    assertTrue(message.contains(advice), message);
    assertEquals(1, message.lines().count(), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RLM_EXECUTION_URL", "WASM_SERVICE_URL"})
  void theAddressOfAnExecutionPlaneMakesAnInferencePlane(String variable) {
    Settings settings =
        Settings.from(
            Map.of(variable, "http://10.0.0.1:8000/", "LLM_API_KEY", "sk-of-a-model", "RLM_EXECUTION_KEY", "the-key-of-it"));
    assertEquals(
        new PlaneSettings(
            PlaneSettings.Plane.INFERENCE, Optional.of(URI.create("http://10.0.0.1:8000")), Optional.of("the-key-of-it")),
        settings.planes());
    assertFalse(settings.toString().contains("the-key-of-it"), settings::toString);
  }

  @Test
  void planesThatCannotBeAreRefused() {
    assertTrue(problems(Map.of("RLM_PLANE", "execution", "LLM_API_KEY", "sk-of-a-model")).contains("holds no key"));
    assertTrue(problems(Map.of("RLM_PLANE", "inference", "LLM_API_KEY", "sk-of-a-model")).contains("set RLM_EXECUTION_URL"));
    assertTrue(problems(Map.of("RLM_EXECUTION_URL", "http://10.0.0.1:8000")).contains("set LLM_API_KEY"));
    assertTrue(
        problems(Map.of("RLM_PLANE", "both", "RLM_EXECUTION_URL", "http://10.0.0.1:8000")).contains("RLM_PLANE=inference alone"));
  }

  @Test
  void quotesTheWrongValue() {
    assertEquals("RLM_PORT=http is not a number that fits", problems(Map.of("RLM_PORT", "http")));
    assertEquals("RLM_GUARD=maybe: use true or false", problems(Map.of("RLM_GUARD", "maybe")));
  }

  @Test
  void saysAllThatIsWrongAtOnce() {
    String message =
        problems(
            Map.of(
                "RLM_PORT", "x", "LOG_LEVEL", "x", "RLM_GUARD", "x", "EXECUTION_TIMEOUT", "x", "RLM_HOST", "0.0.0.0"));
    assertEquals(5, message.lines().count(), message);
    for (String variable : List.of("RLM_PORT", "LOG_LEVEL", "RLM_GUARD", "EXECUTION_TIMEOUT", "RLM_HOST")) {
      assertTrue(message.lines().anyMatch(line -> line.startsWith(variable + "=")), message);
    }
  }

  @Test
  void runsWithoutIsolationOnlyBehindASecondSwitchAndOnLoopback() {
    assertTrue(
        problems(Map.of("RLM_EXECUTION_MODE", "local")).contains("RLM_ALLOW_UNSAFE_LOCAL=true"));
    assertTrue(
        problems(Map.of("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "false"))
            .contains("RLM_ALLOW_UNSAFE_LOCAL=true"));
    assertTrue(
        problems(
                Map.of(
                    "RLM_EXECUTION_MODE", "local",
                    "RLM_ALLOW_UNSAFE_LOCAL", "true",
                    "RLM_HOST", "0.0.0.0",
                    "RLM_API_KEY", KEY))
            .contains("listens on loopback only: RLM_HOST=0.0.0.0"));
    Settings settings = Settings.from(Map.of("RLM_EXECUTION_MODE", "local", "RLM_ALLOW_UNSAFE_LOCAL", "true"));
    assertEquals(SandboxSettings.Mode.LOCAL, settings.sandbox().mode());
    assertEquals(
        SandboxSettings.Mode.DOCKER, Settings.from(Map.of("RLM_ALLOW_UNSAFE_LOCAL", "true")).sandbox().mode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void asksForAKeyWhereOthersCanReachIt(String host) {
    assertTrue(problems(Map.of("RLM_HOST", host)).contains("set RLM_API_KEY"));
    assertTrue(problems(Map.of("RLM_HOST", host, "RLM_API_KEY", " , ")).contains("set RLM_API_KEY"));
    assertEquals(host, Settings.from(Map.of("RLM_HOST", host, "RLM_API_KEY", KEY)).server().host());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "localhost"})
  void asksForNoKeyOnLoopback(String host) {
    assertEquals(host, Settings.from(Map.of("RLM_HOST", host)).server().host());
  }

  @Test
  void refusesKeysThatCanBeGuessedWithoutRepeatingThem() {
    String message = problems(Map.of("RLM_API_KEY", KEY + ",hunter2"));
    assertTrue(message.contains("RLM_API_KEY"), message);
    assertFalse(message.contains("hunter2"), message);
    assertFalse(message.contains(KEY), message);
  }

  @Test
  void neverShowsItsKeys() {
    Settings settings = Settings.from(Map.of("RLM_API_KEY", KEY));
    assertEquals(List.of(KEY), settings.server().apiKeys());
    assertFalse(settings.toString().contains(KEY), settings::toString);
    assertFalse(settings.server().toString().contains(KEY), settings.server()::toString);
  }

  @Test
  void namesVariablesThatNothingReads() {
    Settings settings =
        Settings.from(
            Map.of(
                "RLM_MEMORY_LIMITS", "1g",
                "RLM_", "",
                "RLM_STATE_DIR", "/var/lib/rlm",
                "RLM_HOME", ".",
                "EXECUTION_TIMEOUTS", "1",
                "PATH", "/bin"));
    assertEquals(Set.of("RLM_MEMORY_LIMITS", "RLM_"), settings.unknown());
  }

  @ParameterizedTest
  @ValueSource(strings = {"maximum", "standard", "development"})
  void readsEachSecurityLevelOfTheRepository(String level) throws IOException {
    Properties file = new Properties();
    try (var in = Files.newBufferedReader(Path.of("..", "config", level + ".env"))) {
      file.load(in);
    }
    Map<String, String> environment = new HashMap<>();
    file.forEach((name, value) -> environment.put((String) name, (String) value));
    Settings settings = Settings.from(environment);
    assertEquals(Set.of(), settings.unknown());
    assertTrue(Settings.variableNames().containsAll(environment.keySet()), environment::toString);
    switch (level) {
      case "maximum" -> assertEquals(RuntimePreference.RUNSC, settings.sandbox().runtime());
      case "standard" -> assertEquals(RuntimePreference.RUNC, settings.sandbox().runtime());
      default -> assertEquals(SandboxSettings.Mode.LOCAL, settings.sandbox().mode());
    }
    assertFalse(settings.sandbox().network());
    assertEquals(LIMITS, settings.sandbox().limits());
  }

  private static String problems(Map<String, String> environment) {
    return String.valueOf(
        assertThrows(ConfigurationException.class, () -> Settings.from(environment)).getMessage());
  }
}
