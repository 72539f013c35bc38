package dev.rlm.engine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official client of OpenAI's interface for JavaScript against a whole engine, whose models a test scripts. The client is the
 * package from npm, as it is; each scenario of {@code src/test/node/client.mjs} asserts what it expects.
 */
@Timeout(300)
final class OpenAiClientTest {

  private static final Path SCRIPTS = Path.of("src", "test", "node");
  private static final Path PACKAGES = Path.of("target", "node-client");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private static Path folder;

  private static MagicEngine engine;

  @BeforeAll
  static void open() throws Exception {
    install();
    engine = new MagicEngine(folder);
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  /** Gets the packages that the lock file pins, unless they are there from an earlier run. */
  private static void install() throws Exception {
    Files.createDirectories(PACKAGES);
    Path lock = PACKAGES.resolve("package-lock.json");
    boolean installed =
        Files.exists(PACKAGES.resolve(Path.of("node_modules", "openai", "package.json")))
            && Files.exists(lock)
            && Files.mismatch(lock, SCRIPTS.resolve("package-lock.json")) < 0;
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.copy(SCRIPTS.resolve(file), PACKAGES.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!installed) {
      assertEquals("", run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"));
    }
  }

  /** Runs a command among the packages; returns nothing when it ended well, else what it said. */
  private static String run(String... command) throws InterruptedException, IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).directory(PACKAGES.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new AssertionError("%s cannot be run: install it (./rlm test does), this test needs it".formatted(command[0]), e);
    }
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), said);
      return process.exitValue() == 0 ? "" : "status %d: %s".formatted(process.exitValue(), said);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String client(String scenario) throws InterruptedException, IOException {
    Path script = SCRIPTS.resolve("client.mjs").toAbsolutePath();
    return run("node", script.toString(), engine.url() + "/v1", MagicEngine.KEY, scenario);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "streaming", "helper", "schema", "budget", "models", "errors", "failure"})
  void works(String scenario) throws Exception {
    assertEquals("", client(scenario));
  }

  @Test
  void breaksOffTheRunOfAClientThatAborts() throws Exception {
    assertEquals("", client("abort"));
    engine.awaitBrokenRun();
  }

  @Test
  void noticesAClientThatFails() throws Exception {
    assertTrue(client("nonsense").contains("is not a function"));
  }
}
