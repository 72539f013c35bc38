package dev.rlm.engine.repl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rlm.engine.TestFolder;
import dev.rlm.engine.context.ContextStore;
import dev.rlm.engine.context.DataFolder;
import dev.rlm.engine.context.StoredContext;
import dev.rlm.engine.execution.Admission;
import dev.rlm.engine.execution.AdmittingExecutor;
import dev.rlm.engine.execution.Egress;
import dev.rlm.engine.execution.Executor;
import dev.rlm.engine.execution.HoldingExecutor;
import dev.rlm.engine.execution.SandboxExecutor;
import dev.rlm.engine.model.ModelPrice;
import dev.rlm.engine.model.Models;
import dev.rlm.engine.model.RetryingModelClient;
import dev.rlm.engine.model.openai.OpenAiModelClient;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.RuntimePreference;
import dev.rlm.engine.sandbox.SandboxRuntime;
import dev.rlm.engine.sandbox.SandboxSpec;
import dev.rlm.engine.sandbox.docker.DockerSandboxRuntime;
import dev.rlm.engine.sandbox.docker.DockerSettings;
import dev.rlm.engine.sandbox.pool.PoolSettings;
import dev.rlm.engine.sandbox.pool.SandboxPool;
import dev.rlm.engine.session.SessionRegistry;
import dev.rlm.models.Answer;
import dev.rlm.models.ModelServer;
import dev.rlm.models.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The loop with everything real below it, containers included, and a model server whose answers a test writes. */
public final class LoopLab implements AutoCloseable {

  /** The key of the model server. */
  public static final String KEY = "sk-loop-0123456789abcdefghijklmnop";

  static final String OWNER = "me";
  static final String MODEL = "root-model";
  static final String SUB_MODEL = "sub-model";
  static final String OTHER_MODEL = "other-model";

  private static final Duration WAIT = Duration.ofSeconds(60);

  /** Limits that no test runs into by chance. */
  static final RunLimits WIDE =
      new RunLimits(
          20, 200, 3, 500, 64, 50_000_000, 50_000_000, Optional.empty(), Duration.ofMinutes(2), 10_000, 1_000_000, 0);

  private final Path root;
  private final DataFolder data;
  private final SandboxRuntime runtime;
  private final SandboxPool pool;
  private final Egress egress = Egress.of(List.of(KEY));
  private final ContextStore contexts;
  private final Executor executor;
  private final SessionRegistry sessions;
  private final ModelServer server = ModelServer.start(asked -> script().answer(asked));
  private final OpenAiModelClient client = new OpenAiModelClient(server.baseUrl(), KEY, ByteSize.mebibytes(1));
  private volatile Script script = _ -> Answer.text("FINAL(nothing)");
  private final AtomicInteger executions = new AtomicInteger();
  private volatile long promptWindow = 1_000_000;
  private volatile Duration blockTimeout = Duration.ofSeconds(30);

  /** What came of a run, and what was heard of it. */
  record Ran(RunResult result, List<RunEvent> events) {

    <T extends RunEvent> List<T> all(Class<T> type) {
      return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    String answer() {
      return result.answer();
    }
  }

  /** Opens the lab; executions beyond {@code maxConcurrent} wait. */
  public LoopLab(int maxConcurrent) throws InterruptedException {
    root = TestFolder.create();
    data = DataFolder.take(root);
    runtime =
        DockerSandboxRuntime.open(
            new DockerSettings(
                System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock"),
                RuntimePreference.AUTO,
                "",
                false,
                ByteSize.mebibytes(64),
                Optional.of(data.mounts())),
            InstantSource.system());
    SandboxSpec spec =
        new SandboxSpec(new ResourceLimits(ByteSize.mebibytes(512), 50, 1.0, ByteSize.mebibytes(64)), false, true);
    pool = new SandboxPool(runtime, spec, new PoolSettings(2, 4, 60, WAIT));
    contexts =
        new ContextStore(
            data,
            new ContextStore.Options(ByteSize.parse("2g"), Duration.ofHours(1)),
            new ContextStore.Listener() {
              @Override
              public Consumer<GuestContext.Stored> arrives(InputStream document) {
                return egress.arriving(document);
              }

              @Override
              public void removed(String contentHash) {
                egress.forget(contentHash);
              }
            },
            InstantSource.system());
    Executor holding =
        new HoldingExecutor(
            contexts,
            new AdmittingExecutor(
                new Admission(maxConcurrent, 64), WAIT, new SandboxExecutor(runtime.isolation(), 1 << 20, WAIT)));
    executor =
        (command, source, listener) -> {
          executions.incrementAndGet();
          return holding.execute(command, source, listener);
        };
    sessions =
        new SessionRegistry(
            pool,
            egress,
            executor,
            new SessionRegistry.Options(50, Duration.ofHours(1), WAIT),
            InstantSource.system(),
            contexts);
  }

  private Script script() {
    return script;
  }

  /** From here on models answer like this. */
  public void does(Script how) {
    script = how;
  }

  /** A loop's replies, one for each of its turns, the last one again and again; plain questions are echoed. */
  public void replies(String... texts) {
    does(
        asked ->
            Answer.text(
                asked.inLoop() ? texts[Math.min(asked.turns(), texts.length - 1)] : "echo: " + asked.last()));
  }

  void blockTimeout(Duration timeout) {
    blockTimeout = timeout;
  }

  /** Returns how many executions there were in all sandboxes. */
  int executions() {
    return executions.get();
  }

  void promptWindow(long tokens) {
    promptWindow = tokens;
  }

  public ModelServer server() {
    return server;
  }

  public SessionRegistry sessions() {
    return sessions;
  }

  public Executor executor() {
    return executor;
  }

  public SandboxPool pool() {
    return pool;
  }

  public Egress egress() {
    return egress;
  }

  public ContextStore contexts() {
    return contexts;
  }

  /** Returns what answers questions within these limits. */
  public RecursiveInference inference(RunLimits limits, RunRecorder recorder) {
    Models models =
        new Models(
            MODEL,
            SUB_MODEL,
            new LinkedHashSet<>(List.of(OTHER_MODEL)),
            Map.of(
                MODEL, new ModelPrice(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.TEN),
                SUB_MODEL, new ModelPrice(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.ONE)));
    return new RecursiveInference(
        new RecursiveInference.Settings(
            models,
            new RetryingModelClient(client, 3, Duration.ofSeconds(30)),
            new SessionWorkspaces(sessions),
            1_000,
            promptWindow,
            blockTimeout),
        egress,
        recorder,
        limits,
        10);
  }

  StoredContext store(String text) {
    return contexts.put(
        OWNER,
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        OptionalLong.empty(),
        ContextStore.Form.TEXT,
        Optional.empty());
  }

  GuestContext stored(String text) {
    return contexts.guest(OWNER, store(text).id().value());
  }

  static GuestContext text(String text) {
    return new GuestContext.Json(TextNode.valueOf(text).toString());
  }

  static InferenceRequest request(String query, GuestContext context) {
    return new InferenceRequest(
        OWNER, query, Optional.of(context), Optional.empty(), RequestedLimits.NONE, Optional.empty());
  }

  /** Asks about a text, within the wide limits. */
  Ran run(String context) throws InterruptedException {
    return run(WIDE, request("the question", text(context)));
  }

  Ran run(RunLimits limits, InferenceRequest request) throws InterruptedException {
    List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
    RunResult result = inference(limits, RunRecorder.NONE).run(request, events::add);
    return new Ran(result, List.copyOf(events));
  }

  Ran run(RunLimits limits, GuestContext context, JsonNode schema) throws InterruptedException {
    return run(
        limits,
        new InferenceRequest(
            OWNER,
            "the question",
            Optional.of(context),
            Optional.empty(),
            RequestedLimits.NONE,
            Optional.of(AnswerSchema.of(schema))));
  }

  @Override
  public void close() {
    server.close();
    client.close();
    sessions.close();
    pool.close();
    runtime.close();
    contexts.close();
    data.close();
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      // A folder that another test's engine looks at just now goes with the next.
    }
  }
}
