package dev.rlm.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The engine as a user starts it: the jar, as a process of its own, on a free port. */
final class EngineProcess implements AutoCloseable {

  private static final Pattern READY = Pattern.compile("ready on http://[^:]+:(\\d+) ");
  private static final Pattern HEAP = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
  private static final Pattern LOCK = Pattern.compile("/rlm-([0-9a-f-]{36})\\.lock");
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);
  private static final Duration STOP_TIMEOUT = Duration.ofMinutes(1);
  /** What was left on the machine before these tests, which is none of theirs. */
  static final Set<String> LEFT_BEFORE = Leftovers.now();

  /**
   * Most engines of these tests live for seconds, and half of what their start takes is compiling. Shared classes are written down by
   * the first that ends, as {@code ./rlm serve} does it.
   */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+AutoCreateSharedArchive",
          "-XX:SharedArchiveFile=" + Path.of(System.getProperty("engine.jar")).resolveSibling("serve.jsa"),
          "-Xlog:cds*=off",
          "-Xlog:aot*=off");

  private static final Set<String> STARTED = ConcurrentHashMap.newKeySet();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final List<String> log = new ArrayList<>();
  private volatile HttpClient client = HttpClient.newHttpClient();

  private EngineProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::readLog);
  }

  /** Starts the engine with these variables and no others of its own, and waits until it serves. */
  static EngineProcess start(Map<String, String> variables) {
    return start(variables, List.of());
  }

  /** As {@link #start(Map)}, by a program that makes way for it, such as {@code prlimit}, with its arguments. */
  static EngineProcess start(Map<String, String> variables, List<String> by) {
    EngineProcess engine = launch(variables, by);
    try {
      engine.port.get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      engine.heldLock().ifPresent(STARTED::add);
      return engine;
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      engine.process.destroyForcibly();
      throw new AssertionError("the engine did not come up:\n" + engine.log(), e);
    }
  }

  /** Starts the engine without waiting for it. */
  static EngineProcess launch(Map<String, String> variables) {
    return launch(variables, List.of());
  }

  private static EngineProcess launch(Map<String, String> variables, List<String> by) {
    List<String> command = new ArrayList<>(by);
    command.add(jdk("java"));
    command.addAll(OPTIONS);
    command.addAll(List.of("-jar", System.getProperty("engine.jar"), "serve"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("RLM_"));
    List.of("EXECUTION_TIMEOUT", "MAX_SESSIONS", "SESSION_TTL").forEach(builder.environment()::remove);
    builder.environment().remove("LOG_LEVEL");
    builder.environment().put("RLM_PORT", "0");
    builder.environment().put("RLM_POOL_SIZE", "1"); // Most tests need no more than one at a time.
    builder.environment().put("RLM_HOME", System.getProperty("rlm.home"));
    builder.environment().putAll(variables);
    try {
      Process process = builder.start();
      endWithTests(process);
      return new EngineProcess(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For tests that are broken off; on an engine that has ended it has no effect. */
  private static void endWithTests(Process process) {
    try {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
    } catch (IllegalStateException e) {
      process.destroy(); // They are being broken off already.
      throw e;
    }
  }

  private static String jdk(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  private void readLog() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (log) {
          log.add(line);
        }
        Matcher ready = READY.matcher(line);
        if (ready.find()) {
          port.complete(Integer.parseInt(ready.group(1)));
        }
      }
    } catch (IOException e) {
      synchronized (log) {
        log.add(e.toString());
      }
    }
    port.completeExceptionally(new IOException("the engine ended"));
  }

  /** Returns what the engine has logged. */
  String log() {
    synchronized (log) {
      return String.join("\n", log);
    }
  }

  /** Runs code with a limit of 20 seconds. */
  JsonNode execute(String code) {
    return execute(Map.of("code", code, "timeout", 20));
  }

  /** Sends a request to run code, and expects that it is served. */
  JsonNode execute(Map<String, ?> body) {
    HttpResponse<String> response = post("/execute", body);
    if (response.statusCode() != 200) {
      throw new AssertionError("status %d: %s".formatted(response.statusCode(), response.body()));
    }
    return parse(response.body());
  }

  HttpResponse<String> post(String path, Object body, String... headers) {
    try {
      return send(
          request(path, headers)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Begins to run code; what went wrong completes the answer too. */
  CompletableFuture<HttpResponse<String>> begin(String code, double timeout) {
    return begin("/execute", Map.of("code", code, "timeout", timeout));
  }

  CompletableFuture<HttpResponse<String>> begin(String path, Object body) {
    CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(post(path, body));
              } catch (RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  /** Returns one of the engine's figures, by its name in {@code /metrics}. */
  int metric(String name) {
    return get("/metrics").body().lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> (int) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  HttpResponse<String> put(String path, String body) {
    return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  HttpResponse<String> delete(String path, String... headers) {
    return send(request(path, headers).DELETE());
  }

  /** Closes the connections that are kept for further requests. */
  void closeConnections() {
    client.close();
    client = HttpClient.newHttpClient();
  }

  /** Closes the connections under the requests that are under way. */
  void breakOff() {
    client.shutdownNow();
    client = HttpClient.newHttpClient();
  }

  /** Returns the address of a path, for clients of another kind. */
  URI address(String scheme, String path) {
    return URI.create("%s://127.0.0.1:%d%s".formatted(scheme, port.join(), path));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(address("http", path)).timeout(ANSWER_TIMEOUT);
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("the engine, whose log is\n" + log(), e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
  }

  /** Waits for the process to end by itself, and returns its exit status. */
  int awaitExit() {
    try {
      if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the engine did not end:\n" + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the time that the process has had of the processors. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Has the engine collect its garbage, and returns how many bytes of its heap are in use then. */
  long heapInUse() {
    String histogram = jcmd("GC.class_histogram");
    Matcher total = HEAP.matcher(histogram);
    if (!total.find()) {
      throw new AssertionError("no histogram of the heap: " + histogram);
    }
    return Long.parseLong(total.group(1));
  }

  private String jcmd(String command) {
    try {
      Process jcmd = new ProcessBuilder(jdk("jcmd"), Long.toString(process.pid()), command).redirectErrorStream(true).start();
      return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Sends SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  /** Returns the ids that containers of the engines of these tests carry: others may run on the machine. */
  static Set<String> started() {
    return Set.copyOf(STARTED);
  }

  /** Returns the id that the engine's containers carry. */
  String engineId() {
    return heldLock().orElseThrow();
  }

  /** An engine that makes containers holds a lock on a file of its id. */
  private Optional<String> heldLock() {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
      return descriptors
          .map(EngineProcess::target)
          .map(LOCK::matcher)
          .filter(Matcher::find)
          .map(lock -> lock.group(1))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }

  /** Returns how many file descriptors the process has open. */
  int openFiles() {
    return count("fd");
  }

  /** Returns how many threads the process has. */
  int threads() {
    return count("task");
  }

  private int count(String folder) {
    try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(process.pid()), folder))) {
      return (int) entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the engine as an operator does. */
  @Override
  public void close() {
    terminate();
    awaitExit();
  }
}
