package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.RuntimePreference;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything that can be configured, read once from the environment. This class is the one place that knows the variables'
 * names and defaults; the README's table is tested against it.
 *
 * @param planes what part of the work this engine has
 * @param server the HTTP interface
 * @param sandbox what sandboxes are made of
 * @param execution what executions may take
 * @param pool how many sandboxes wait, and how many sessions there may be
 * @param egress what the egress filter is made of
 * @param contexts where stored contexts lie, and how much and how long
 * @param models which language models there are
 * @param runs what runs of the loop may take
 * @param logLevel least severe level that is logged
 * @param unknown variables that start with {@code RLM_} and that nothing reads: likely a slip of the pen
 */
public record Settings(
    PlaneSettings planes,
    ServerSettings server,
    SandboxSettings sandbox,
    ExecutionSettings execution,
    PoolSettings pool,
    EgressSettings egress,
    ContextSettings contexts,
    ModelSettings models,
    RunSettings runs,
    LogLevel logLevel,
    Set<String> unknown) {

  /** Variables that the {@code rlm} command reads, and not the engine. */
  private static final Set<String> READ_BY_COMMAND = Set.of("RLM_STATE_DIR", "RLM_HOME", "RLM_URL");

  private static final String EXECUTION_URL = "RLM_EXECUTION_URL";
  private static final String OLD_EXECUTION_URL = "WASM_SERVICE_URL";

  private static final ByteSize LARGEST_SIZE = ByteSize.mebibytes(1L << 20);

  /** How much is logged. */
  public enum LogLevel {
    /** What went wrong in the engine itself. */
    ERROR,
    /** And what an operator should look at. */
    WARN,
    /** And one line for each execution. */
    INFO,
    /** And what helps to find a fault. */
    DEBUG,
    /** Everything. */
    TRACE
  }

  /** Copies the set. */
  public Settings {
    unknown = Set.copyOf(unknown);
  }

  /**
   * Reads the process's environment.
   *
   * @throws ConfigurationException when something in it is wrong, naming all of it
   */
  public static Settings fromEnvironment() {
    return from(System.getenv());
  }

  /** As {@link #fromEnvironment}, from a map. */
  public static Settings from(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    PlaneSettings planes = planes(variables);
    ServerSettings server = server(variables);
    SandboxSettings sandbox = sandbox(variables);
    ExecutionSettings execution = execution(variables);
    PoolSettings pool = pool(variables, execution);
    EgressSettings egress = egress(variables);
    ContextSettings contexts = contexts(variables);
    ModelSettings models = models(variables);
    RunSettings runs = runs(variables);
    LogLevel logLevel = variables.choice("LOG_LEVEL", LogLevel.INFO);
    checkTogether(variables, server, sandbox, execution);
    checkModels(variables, models);
    checkPlanes(variables, planes, models);
    if (!variables.problems().isEmpty()) {
      throw new ConfigurationException(variables.problems());
    }
    Set<String> unknown = new TreeSet<>(environment.keySet());
    unknown.removeIf(name -> !name.startsWith("RLM_"));
    unknown.removeAll(variables.asked());
    unknown.removeAll(READ_BY_COMMAND);
    return new Settings(planes, server, sandbox, execution, pool, egress, contexts, models, runs, logLevel, unknown);
  }

  private static PlaneSettings planes(Variables variables) {
    // Where it was called a service of another kind of sandbox, it had the other name.
    String name = variables.text(EXECUTION_URL, "").isEmpty() && !variables.text(OLD_EXECUTION_URL, "").isEmpty() ? OLD_EXECUTION_URL : EXECUTION_URL;
    Optional<URI> url =
        variables.text(name, "").isEmpty() ? Optional.empty() : Optional.of(variables.httpUrl(name, "http://127.0.0.1:8000"));
    String key = variables.text("RLM_EXECUTION_KEY", "");
    return new PlaneSettings(
        variables.choice("RLM_PLANE", url.isPresent() ? PlaneSettings.Plane.INFERENCE : PlaneSettings.Plane.BOTH),
        url,
        key.isEmpty() ? Optional.empty() : Optional.of(key));
  }

  private static void checkPlanes(Variables variables, PlaneSettings planes, ModelSettings models) {
    boolean inference = planes.plane() == PlaneSettings.Plane.INFERENCE;
    if (inference && planes.executionUrl().isEmpty()) {
      variables.problem("RLM_PLANE=inference runs no code itself: set RLM_EXECUTION_URL to the address of an engine that does");
    }
    if (!inference && planes.executionUrl().isPresent()) {
      variables.problem(
          "RLM_EXECUTION_URL=%s is for RLM_PLANE=inference alone".formatted(planes.executionUrl().get()));
    }
    if (inference && models.apiKey().isEmpty()) {
      variables.problem("RLM_PLANE=inference has nothing to do without a key for a language model: set LLM_API_KEY");
    }
    if (planes.plane() == PlaneSettings.Plane.EXECUTION && models.apiKey().isPresent()) {
      variables.problem(
          "RLM_PLANE=execution runs code and holds no key for a language model: unset LLM_API_KEY, and set it where the inference plane is");
    }
  }

  private static ServerSettings server(Variables variables) {
    return new ServerSettings(
        variables.text("RLM_HOST", "127.0.0.1"),
        variables.whole("RLM_PORT", 8000, 0, 65_535),
        variables.list("RLM_API_KEY"),
        variables.list("RLM_ALLOWED_HOSTS"),
        variables.size("RLM_MAX_BODY", ByteSize.mebibytes(16), ByteSize.mebibytes(48)));
  }

  private static SandboxSettings sandbox(Variables variables) {
    return new SandboxSettings(
        variables.choice("RLM_EXECUTION_MODE", SandboxSettings.Mode.DOCKER),
        variables.choice("RLM_DOCKER_RUNTIME", RuntimePreference.AUTO),
        variables.text("DOCKER_HOST", "unix:///var/run/docker.sock"),
        variables.text("RLM_SANDBOX_IMAGE", ""),
        variables.flag("RLM_NETWORK_ENABLED", false),
        variables.flag("RLM_GUARD", true),
        limits(variables),
        variables.text("RLM_HOME", "."),
        variables.text("RLM_PYTHON", "python3"));
  }

  private static ResourceLimits limits(Variables variables) {
    ByteSize memory = variables.size("RLM_MEMORY_LIMIT", ByteSize.mebibytes(512), LARGEST_SIZE);
    int processes = variables.whole("RLM_PIDS_LIMIT", 50, 10, 1_000);
    double cpus = variables.decimal("RLM_CPU_LIMIT", 1.0);
    ByteSize temporaryFiles = variables.size("RLM_TMP_LIMIT", ByteSize.mebibytes(64), LARGEST_SIZE);
    try {
      return new ResourceLimits(memory, processes, cpus, temporaryFiles);
    } catch (IllegalArgumentException e) {
      variables.problem(
          "RLM_MEMORY_LIMIT=%s RLM_PIDS_LIMIT=%d RLM_CPU_LIMIT=%s RLM_TMP_LIMIT=%s: %s"
              .formatted(memory, processes, cpus, temporaryFiles, e.getMessage()));
      return new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64));
    }
  }

  private static ExecutionSettings execution(Variables variables) {
    Duration longest = Duration.ofHours(1);
    return new ExecutionSettings(
        variables.seconds("EXECUTION_TIMEOUT", Duration.ofSeconds(30), longest),
        variables.seconds("RLM_MAX_EXECUTION_TIMEOUT", Duration.ofSeconds(300), longest),
        variables.whole("RLM_MAX_CONCURRENT", 8, 1, 1_000),
        variables.whole("RLM_MAX_QUEUED", 64, 0, 10_000),
        variables.seconds("RLM_QUEUE_TIMEOUT", Duration.ofSeconds(60), longest),
        variables.size("RLM_OUTPUT_KEPT", ByteSize.mebibytes(1), ByteSize.mebibytes(64)),
        variables.size("RLM_OUTPUT_LIMIT", ByteSize.mebibytes(64), ByteSize.mebibytes(1 << 14)),
        variables.writableFile("RLM_AUDIT_LOG"));
  }

  private static PoolSettings pool(Variables variables, ExecutionSettings execution) {
    int cores = Runtime.getRuntime().availableProcessors();
    int maxSessions = variables.whole("MAX_SESSIONS", 100, 0, 10_000);
    int size = variables.whole("RLM_POOL_SIZE", Math.clamp(2L * cores, 2, 16), 0, 1_000);
    int needed = maxSessions + execution.maxConcurrent() + size;
    int ceiling = variables.whole("RLM_MAX_SANDBOXES", needed, 1, 100_000);
    return new PoolSettings(
        Math.min(size, ceiling),
        variables.whole("RLM_POOL_PARALLEL", Math.clamp(2L * cores, 2, 8), 1, 64),
        ceiling,
        maxSessions,
        variables.seconds("SESSION_TTL", Duration.ofHours(1), Duration.ofHours(12)));
  }

  private static EgressSettings egress(Variables variables) {
    return new EgressSettings(
        variables.file("RLM_EGRESS_POLICY"),
        variables.file("RLM_EGRESS_RULES"),
        variables.choice("RLM_EGRESS_ECHO", EgressSettings.Echo.class));
  }

  private static ContextSettings contexts(Variables variables) {
    return new ContextSettings(
        Path.of(variables.text("RLM_DATA_DIR", standardDataFolder(variables))),
        variables.size("RLM_CONTEXT_BUDGET", ByteSize.mebibytes(10 << 10), LARGEST_SIZE),
        variables.seconds("RLM_CONTEXT_TTL", Duration.ofHours(1), Duration.ofDays(30)));
  }

  private static ModelSettings models(Variables variables) {
    String model = variables.text("LLM_MODEL", "gpt-5");
    String key = variables.text("LLM_API_KEY", "");
    return new ModelSettings(
        key.isEmpty() ? Optional.empty() : Optional.of(key),
        variables.httpUrl("LLM_BASE_URL", "https://api.openai.com/v1"),
        model,
        variables.text("LLM_RECURSIVE_MODEL", model),
        variables.list("LLM_MODELS"),
        variables.table("LLM_PRICES", ModelSettings.Price::parse),
        variables.seconds("LLM_TIMEOUT", Duration.ofMinutes(5), Duration.ofHours(1)),
        variables.whole("LLM_ATTEMPTS", 4, 1, 20),
        variables.whole("LLM_MAX_OUTPUT_TOKENS", 16_384, 1, 1_000_000),
        variables.whole("LLM_CONTEXT_WINDOW", 128_000, 1_000, 100_000_000));
  }

  private static RunSettings runs(Variables variables) {
    int most = 1_000_000_000;
    return new RunSettings(
        variables.whole("RLM_MAX_RUNS", 16, 1, 1_000),
        variables.whole("MAX_ITERATIONS", 20, 1, 1_000),
        variables.whole("RLM_MAX_TOTAL_ITERATIONS", 200, 1, 100_000),
        variables.whole("MAX_DEPTH", 3, 1, 10),
        variables.whole("RLM_MAX_SUB_CALLS", 500, 0, 1_000_000),
        variables.whole("RLM_MAX_CONCURRENT_CALLS", 64, 1, 1_000),
        variables.whole("RLM_MAX_PROMPT_TOKENS", 5_000_000, 1, most),
        variables.whole("RLM_MAX_OUTPUT_TOKENS", 2_000_000, 1, most),
        variables.amount("RLM_MAX_COST"),
        variables.seconds("RLM_MAX_RUN_TIME", Duration.ofMinutes(10), Duration.ofDays(1)),
        variables.whole("RLM_SHOWN_PER_BLOCK", 10_000, 100, 1_000_000),
        variables.whole("RLM_MAX_SHOWN", 1_000_000, 0, most),
        variables.whole("RLM_DIRECT_CHARACTERS", 4_000, 0, 1_000_000),
        variables.size("RLM_TRAJECTORY_BUDGET", ByteSize.mebibytes(1 << 10), LARGEST_SIZE),
        variables.seconds("RLM_TRAJECTORY_TTL", Duration.ofDays(7), Duration.ofDays(365)));
  }

  /** Where the XDG base directory specification and the file system hierarchy standard put a service's state. */
  private static String standardDataFolder(Variables variables) {
    String state = variables.text("XDG_STATE_HOME", "");
    if (System.getProperty("user.name").equals("root")) {
      return "/var/lib/rlm";
    }
    return state.startsWith("/") ? state + "/rlm" : System.getProperty("user.home") + "/.local/state/rlm";
  }

  private static void checkTogether(
      Variables variables, ServerSettings server, SandboxSettings sandbox, ExecutionSettings execution) {
    boolean local = sandbox.mode() == SandboxSettings.Mode.LOCAL;
    boolean allowed = variables.flag("RLM_ALLOW_UNSAFE_LOCAL", false);
    if (local && !allowed) {
      variables.problem(
          "RLM_EXECUTION_MODE=local runs code on this machine with no isolation at all:"
              + " set RLM_ALLOW_UNSAFE_LOCAL=true as well if that is what you want");
    }
    boolean loopback = isLoopback(server.host());
    if (local && !loopback) {
      variables.problem("RLM_EXECUTION_MODE=local listens on loopback only: RLM_HOST=%s".formatted(server.host()));
    }
    if (!loopback && server.apiKeys().isEmpty()) {
      variables.problem(
          "RLM_HOST=%s is not a loopback address: set RLM_API_KEY, so that not everybody can run code here"
              .formatted(server.host()));
    }
    if (server.apiKeys().stream().anyMatch(key -> key.length() < 16)) {
      variables.problem("RLM_API_KEY has a key of fewer than 16 characters, which can be guessed");
    }
    if (execution.timeout().compareTo(execution.maxTimeout()) > 0) {
      variables.problem(
          "EXECUTION_TIMEOUT=%d is more than RLM_MAX_EXECUTION_TIMEOUT=%d"
              .formatted(execution.timeout().toSeconds(), execution.maxTimeout().toSeconds()));
    }
  }

  private static void checkModels(Variables variables, ModelSettings models) {
    if (models.contextWindow() < 2L * models.maxOutputTokens()) {
      variables.problem(
          "LLM_CONTEXT_WINDOW=%d is less than twice LLM_MAX_OUTPUT_TOKENS=%d: answers would leave little room for what they answer"
              .formatted(models.contextWindow(), models.maxOutputTokens()));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Returns the names of all variables that the engine reads. */
  static List<String> variableNames() {
    Variables variables = new Variables(Map.of());
    planes(variables);
    ExecutionSettings execution = execution(variables);
    pool(variables, execution);
    egress(variables);
    contexts(variables);
    models(variables);
    runs(variables);
    checkTogether(variables, server(variables), sandbox(variables), execution);
    variables.choice("LOG_LEVEL", LogLevel.INFO);
    return variables.asked().stream().sorted().toList();
  }
}
