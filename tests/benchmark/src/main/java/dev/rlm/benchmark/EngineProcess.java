package dev.rlm.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The engine as a user starts it: the jar, as a process of its own, on a free port. */
final class EngineProcess implements AutoCloseable {

  private static final Pattern READY = Pattern.compile("ready on http://[^:]+:(\\d+) ");
  private static final Pattern LOCK_FILE = Pattern.compile("rlm-([0-9a-f-]{36})\\.lock");
  private static final int START_SECONDS = 120;
  private static final int STOP_SECONDS = 60;
  private static final int LINES_KEPT = 40;

  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final Api api;

  private EngineProcess(Process process) throws InterruptedException {
    this.process = process;
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy)); // It ends with the benchmark.
    Thread.ofVirtual().name("engine-log").start(this::readLog);
    this.api = new Api(awaitPort());
  }

  /**
   * Starts the engine with gVisor, these variables and no others of its own, and waits until its pool is full.
   *
   * @param jar the engine's jar
   * @throws IllegalStateException when it does not come up, with its last words
   */
  static EngineProcess start(Path jar, Map<String, String> variables) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "serve")
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    String home = environment.getOrDefault("RLM_HOME", ".");
    environment.keySet().removeIf(name -> name.startsWith("RLM_"));
    environment.put("RLM_HOME", home);
    environment.put("RLM_PORT", "0");
    environment.put("RLM_DOCKER_RUNTIME", "runsc");
    environment.put("LOG_LEVEL", "INFO"); // It says its port at this level alone.
    environment.putAll(variables);
    EngineProcess engine = new EngineProcess(builder.start());
    engine.api().awaitQuiet();
    return engine;
  }

  private int awaitPort() throws InterruptedException {
    try {
      return port.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("the engine did not come up:\n" + lastWords(), e);
    }
  }

  private void readLog() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lastLines) {
          lastLines.addLast(line);
          if (lastLines.size() > LINES_KEPT) {
            lastLines.removeFirst();
          }
        }
        Matcher ready = READY.matcher(line);
        if (ready.find()) {
          port.complete(Integer.parseInt(ready.group(1)));
        }
      }
    } catch (IOException e) {
      // The process is gone, which the port says as well.
    }
    port.completeExceptionally(new IOException("the engine ended"));
  }

  private String lastWords() {
    synchronized (lastLines) {
      return String.join("\n", lastLines);
    }
  }

  Api api() {
    return api;
  }

  long pid() {
    return process.pid();
  }

  /** Returns the id that its containers carry: the name of the lock file that it holds. */
  String id() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
      return files
          .map(EngineProcess::target)
          .flatMap(Optional::stream)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("the engine holds no lock"));
    }
  }

  private static Optional<String> target(Path link) {
    try {
      Matcher lock = LOCK_FILE.matcher(Files.readSymbolicLink(link).toString());
      return lock.find() ? Optional.of(lock.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // Closed meanwhile.
    }
  }

  int openFiles() throws IOException {
    return count("fd");
  }

  int threads() throws IOException {
    return count("task");
  }

  private int count(String folder) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(process.pid()), folder))) {
      return (int) entries.count();
    }
  }

  /** Stops the engine as an operator does. */
  @Override
  public void close() {
    api.close();
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the engine did not stop:\n" + lastWords());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
