package dev.rlm.engine.app;

import dev.rlm.engine.api.ApiServer;
import dev.rlm.engine.client.ContextValue;
import dev.rlm.engine.client.EngineClient;
import dev.rlm.engine.client.UploadProgress;
import dev.rlm.engine.config.ClientSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.telemetry.Logging;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command's engine: the running one that {@code RLM_URL} names, or one inside this process that ends with it. Both are spoken to
 * over HTTP, so that there is one way in which code is run and its events are heard.
 */
final class Connection implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int KEY_BYTES = 32;

  private final EngineClient client;
  private final @Nullable ApiServer server;
  private final @Nullable Engine engine;
  private final List<String> stored = new ArrayList<>();

  private Connection(EngineClient client, @Nullable ApiServer server, @Nullable Engine engine) {
    this.client = client;
    this.server = server;
    this.engine = engine;
  }

  /**
   * Connects to a running engine; whether there is one shows with the first request.
   *
   * @param patience how long to go on asking an engine that has no room
   */
  static Connection to(URI url, ClientSettings settings, Duration patience) {
    return new Connection(new EngineClient(url, settings.apiKey(), patience), null, null);
  }

  /**
   * Starts an engine in this process, on a free port of loopback and with a key that nobody else knows. No sandboxes are kept
   * waiting: the first one is made when it is needed.
   *
   * @throws dev.rlm.engine.sandbox.SandboxUnavailableException when sandboxes cannot be made as the settings ask
   */
  static Connection toOwn(Settings settings, Duration patience) throws InterruptedException {
    // One's own engine is no news: only what is wrong is logged, unless more is asked for.
    Logging.setLevel(
        settings.logLevel() == Settings.LogLevel.INFO ? Settings.LogLevel.WARN.name() : settings.logLevel().name());
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    String key = HexFormat.of().formatHex(random);
    Engine engine = Engine.open(settings, 0);
    ApiServer server;
    try {
      server = listen(settings, engine, key);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    URI url = URI.create("http://%s:%d".formatted(LOOPBACK, server.port()));
    return new Connection(new EngineClient(url, Optional.of(key), patience), server, engine);
  }

  private static ApiServer listen(Settings settings, Engine engine, String key) {
    ApiServer.Options options =
        new ApiServer.Options(
            LOOPBACK,
            0,
            List.of(key),
            List.of(),
            settings.server().maxBody(),
            settings.execution().timeout(),
            settings.execution().maxTimeout());
    return ApiServer.start(options, engine.services(), engine::readiness, engine.meters()::scrape);
  }

  EngineClient client() {
    return client;
  }

  /** Hands a context over, which the engine keeps until this connection is closed. */
  ContextValue handOver(ContextFile file, UploadProgress progress)
      throws ContextFile.UnreadableException, InterruptedException {
    ContextValue value = file.handOver(client, progress);
    if (value instanceof ContextValue.Stored(String id)) {
      stored.add(id);
    }
    return value;
  }

  /** Closes the connections, and with them what runs; then the engine, if it is this process's own, and its sandboxes. */
  @Override
  public void close() {
    if (engine == null) {
      stored.forEach(client::deleteContext);
    }
    client.close();
    if (server != null) {
      server.close();
    }
    if (engine != null) {
      engine.close();
    }
  }
}
