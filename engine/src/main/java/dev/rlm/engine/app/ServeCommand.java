package dev.rlm.engine.app;

import dev.rlm.engine.api.ApiServer;
import dev.rlm.engine.config.ServerSettings;
import dev.rlm.engine.config.Settings;
import dev.rlm.engine.sandbox.Isolation;
import dev.rlm.engine.telemetry.Logging;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Offers the HTTP interface until the process is told to stop. */
@Command(name = "serve", description = "Serve the HTTP API until SIGTERM or Ctrl-C.", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

  @Override
  public Integer call() throws InterruptedException {
    long started = System.nanoTime();
    Settings settings = Settings.fromEnvironment();
    Logging.setLevel(settings.logLevel().name());
    CountDownLatch never = new CountDownLatch(1);
    Engine engine = Engine.open(settings);
    ApiServer server;
    try {
      server = listen(settings, engine);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(engine, server)));
    Isolation isolation = engine.runtime().isolation();
    log.info(
        "ready on http://{}:{} after {} ms: runtime {} {}, network {}",
        settings.server().host(),
        server.port(),
        Duration.ofNanos(System.nanoTime() - started).toMillis(),
        isolation.runtime(),
        isolation.version(),
        isolation.network());
    never.await();
    return 0;
  }

  private static ApiServer listen(Settings settings, Engine engine) {
    ServerSettings server = settings.server();
    ApiServer.Options options =
        new ApiServer.Options(
            server.host(),
            server.port(),
            server.apiKeys(),
            server.allowedHosts(),
            server.maxBody(),
            settings.execution().timeout(),
            settings.execution().maxTimeout());
    return ApiServer.start(options, engine.services(), engine::readiness, engine.meters()::scrape);
  }

  private static void stop(Engine engine, ApiServer server) {
    log.info("stopping");
    try {
      engine.drain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    engine.close(); // First, so that what it cuts off is still answered.
    server.close();
    log.info("stopped");
    Runtime.getRuntime().halt(0); // Told to stop, it stopped: that is no failure, whatever signal said it.
  }
}
