package dev.rlm.engine.api;

import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.execution.ExecutionCommand;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.SandboxSource;
import dev.rlm.engine.history.TrajectoryStore;
import dev.rlm.engine.repl.Inference;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.EngineException;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.session.SessionRegistry;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** The HTTP interface: which route leads where. */
public final class ApiServer implements AutoCloseable {

  /** Requests that are handled at one time; further ones wait in the connection. */
  private static final int MAX_REQUESTS = 2_000;

  private static final int ACCEPTING_THREADS = 32;

  /** Connections that may wait to be taken up: a burst of callers is told at once that there is no room, not after retransmissions. */
  private static final int ACCEPT_QUEUE = 2_000;

  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
  private static final String OPENAPI = "/openapi.yaml";

  private final Javalin javalin;
  private final ClientWatch watch;

  /**
   * What the interface offers.
   *
   * @param host address to listen on
   * @param port port to listen on; 0 for any that is free
   * @param apiKeys keys of callers; none: loopback callers need none
   * @param allowedHosts further names that a request's {@code Host} may have
   * @param maxBody largest request body
   * @param timeout of an execution that asks for none
   * @param maxTimeout longest that one may ask for
   */
  public record Options(
      String host,
      int port,
      List<String> apiKeys,
      List<String> allowedHosts,
      ByteSize maxBody,
      Duration timeout,
      Duration maxTimeout) {}

  /**
   * What does the work.
   *
   * @param executor runs what callers send
   * @param throwaway gives each execution a sandbox of its own
   * @param sessions knows the sandboxes that keep their state
   * @param contexts keeps what callers have stored
   * @param inference answers questions about contexts; empty where no language model is configured
   * @param trajectories keeps what that did
   */
  public record Services(
      Executor executor,
      SandboxSource throwaway,
      SessionRegistry sessions,
      ContextStore contexts,
      Optional<Inference> inference,
      TrajectoryStore trajectories) {}

  /** Finds a caller's stored context. */
  @FunctionalInterface
  public interface ContextLookup {

    /** Finds it; an {@link dev.rlm.engine.sandbox.EngineException} says that there is none of that name for that caller. */
    GuestContext.Stored find(String caller, String contextId);
  }

  private ApiServer(Javalin javalin, ClientWatch watch) {
    this.javalin = javalin;
    this.watch = watch;
  }

  /**
   * Starts to listen.
   *
   * @throws PortTakenException when somebody else listens there
   * @param services what does the work
   * @param readiness tells whether executions can be served now
   * @param metrics writes the meters in Prometheus' text format
   */
  public static ApiServer start(
      Options options, Services services, Supplier<Readiness> readiness, Supplier<String> metrics) {
    Commands commands = new Commands(options.timeout(), options.maxTimeout(), services.contexts()::guest);
    ClientWatch watch = ClientWatch.start();
    Executions executions = new Executions(watch);
    Access access = new Access(options.apiKeys(), options.allowedHosts());
    Javalin javalin =
        Javalin.create(
                config -> {
                  configure(config, options);
                  config.routes.before(
                      ctx -> {
                        RequestId.assign(ctx);
                        access.check(ctx);
                      });
                  Errors.register(config);
                  config.routes.post("/execute", ctx -> execute(ctx, options, commands, executions, services));
                  new SessionRoutes(services.sessions(), commands, executions, access, options.maxBody()).register(config);
                  new ContextRoutes(services.contexts()).register(config);
                  new InferRoutes(services.inference(), commands, executions, options.maxBody()).register(config);
                  new ChatRoutes(services.inference(), services.contexts(), executions, options.maxBody())
                      .register(config);
                  new TrajectoryRoutes(services.trajectories()).register(config);
                  config.routes.get("/health", ctx -> json(ctx, Map.of("status", "ok")));
                  config.routes.get("/ready", ctx -> ready(ctx, readiness.get()));
                  config.routes.get("/metrics", ctx -> text(ctx, "text/plain; version=0.0.4", metrics.get()));
                  config.routes.get(OPENAPI, ctx -> text(ctx, "application/yaml", contract()));
                });
    try {
      return new ApiServer(javalin.start(), watch);
    } catch (JavalinBindException e) {
      watch.close();
      throw new PortTakenException(options.host(), options.port(), e);
    }
  }

  /** Somebody else listens on the port. */
  public static final class PortTakenException extends EngineException {

    private static final long serialVersionUID = 1L;

    PortTakenException(String host, int port, Throwable cause) {
      super("port %d of %s is taken: stop what listens there, or set RLM_PORT".formatted(port, host), cause);
    }
  }

  private static void configure(JavalinConfig config, Options options) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.maxRequestSize = options.maxBody().bytes();
    config.jetty.addConnector((server, http) -> connector(server, http, options));
    config.jetty.threadPool = threads();
    config.jetty.modifyServletContextHandler(handler -> handler.getServletHandler().setDecodeAmbiguousURIs(true));
    config.jetty.modifyServer(server -> server.setErrorHandler(new ProtocolErrors()));
    config.router.javaLangErrorHandler(Errors::fatal);
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(MAX_HEADER_BYTES);
          http.setIdleTimeout(IDLE_TIMEOUT.toMillis());
          // Nothing that a proxy in front might read as another request than this server does, such as lines that end with LF alone.
          http.setHttpCompliance(HttpCompliance.STRICT);
          // Names of models have slashes, which clients escape. Routes are matched before anything is unescaped.
          http.setUriCompliance(
              UriCompliance.RFC3986.with("names", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
          // Else one connection's later keys and ids that differ in case alone are taken for its first.
          http.setHeaderCacheCaseSensitive(true);
        });
  }

  private static ServerConnector connector(Server server, HttpConfiguration http, Options options) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(options.host());
    connector.setPort(options.port());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis()); // Of a connection whose first request is not read yet.
    return connector;
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool pool = new QueuedThreadPool(ACCEPTING_THREADS);
    pool.setName("http");
    VirtualThreadPool virtual = new VirtualThreadPool(MAX_REQUESTS);
    virtual.setName("http-");
    pool.setVirtualThreadsExecutor(virtual);
    return pool;
  }

  private static void execute(
      Context ctx, Options options, Commands commands, Executions executions, Services services)
      throws InterruptedException {
    ExecuteRequest request = ExecuteRequest.read(Json.read(Bodies.json(ctx, options.maxBody())));
    ExecutionCommand command = commands.of(request, Access.caller(ctx), HostCalls.NONE);
    executions.answer(ctx, listener -> services.executor().execute(command, services.throwaway(), listener));
  }

  private static void ready(Context ctx, Readiness readiness) {
    if (!readiness.ready()) {
      ctx.status(503);
      ctx.header("Retry-After", "5");
    }
    json(ctx, readiness);
  }

  private static void json(Context ctx, Object value) {
    ctx.contentType("application/json");
    ctx.result(Json.write(value));
  }

  private static void text(Context ctx, String type, String value) {
    ctx.contentType(type);
    ctx.result(value);
  }

  private static String contract() {
    try (InputStream in = ApiServer.class.getResourceAsStream(OPENAPI)) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the port that is listened on. */
  public int port() {
    return javalin.port();
  }

  /** Stops listening and cuts what is left of requests. */
  @Override
  public void close() {
    javalin.stop();
    watch.close();
  }
}
