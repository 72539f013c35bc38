package dev.rlm.benchmark;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Scanner;

/** Calls from the sandbox to its owner's functions, beside a bare line there and back over a container's attached streams. */
final class HostCallRow implements Row {

  private static final int CALLS = 200;
  private static final int THREADS = 64;
  private static final int WORK_MILLIS = 200;

  /** Measures inside the sandbox, where a call begins and ends. */
  private static final String ROUND_TRIPS =
      """
      import time
      times = []
      for _ in range(%d):
          started = time.perf_counter_ns()
          work()
          times.append(time.perf_counter_ns() - started)
      print(*times)
      """
          .formatted(CALLS);

  private static final String IN_PARALLEL =
      """
      import threading, time
      threads = [threading.Thread(target=work) for _ in range(%d)]
      started = time.perf_counter_ns()
      for thread in threads: thread.start()
      for thread in threads: thread.join()
      print(time.perf_counter_ns() - started)
      """
          .formatted(THREADS);

  private static final String ECHO =
      """
      import sys
      for line in sys.stdin.buffer:
          sys.stdout.buffer.write(line)
          sys.stdout.buffer.flush()
      """;

  private final Laboratory laboratory;

  HostCallRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "host-call";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    try (EngineProcess engine = laboratory.engine(Map.of("RLM_POOL_SIZE", "1", "RLM_PIDS_LIMIT", "100"))) {
      Api api = engine.api();
      String session = api.openSession();
      Functions.run(api, session, ROUND_TRIPS, 0); // Warms up.
      Samples calls = new Samples();
      Samples lines = new Samples();
      api.awaitMade();
      try (Echo echo = new Echo(laboratory.daemon(), engine.id())) {
        for (int i = 0; i < scale.of(1, 10); i++) {
          new Scanner(Functions.run(api, session, ROUND_TRIPS, 0).printed()).tokens().map(Long::valueOf).forEach(calls::add);
          for (int j = 0; j < CALLS; j++) {
            lines.time(echo::roundTrip);
          }
        }
      }
      Samples together = new Samples();
      int most = 0;
      for (int i = 0; i < scale.of(2, 10); i++) {
        Functions.Outcome outcome = Functions.run(api, session, IN_PARALLEL, WORK_MILLIS);
        together.add(Long.parseLong(outcome.printed().strip()));
        most = Math.max(most, outcome.mostCalls());
      }
      api.closeSession(session);
      return List.of(
          Figure.of("a call of a client's function, p50", "ms", calls.medianMillis())
              .beside("a line there and back over the attached streams of a bare container", lines.medianMillis())
              .atMost(2),
          Figure.of("the same, p99 of %d".formatted(calls.count()), "ms", calls.p99Millis())
              .beside("likewise", lines.p99Millis()),
          Figure.of("64 threads call a function of %d ms, p50".formatted(WORK_MILLIS), "ms", together.medianMillis())
              .beside("one after another", THREADS * (double) WORK_MILLIS),
          Figure.of("calls under way at one time", "calls", most).bar("64", most == THREADS));
    }
  }

  /** A container with the engine's flags whose Python sends back what it reads. */
  private static final class Echo implements AutoCloseable {

    private final Daemon daemon;
    private final String id;
    private final Input input = new Input();
    private final DockerHttpClient.Response attached;
    private final InputStream output;

    Echo(Daemon daemon, String engineId) throws IOException {
      this.daemon = daemon;
      this.id = daemon.create(daemon.sandboxOf(engineId), "-I", "-B", "-c", ECHO);
      this.attached = daemon.attach(id, input);
      this.output = attached.getBody();
      daemon.client().startContainerCmd(id).exec();
      roundTrip();
    }

    boolean roundTrip() throws IOException {
      input.send("0123456789\n".getBytes(StandardCharsets.US_ASCII));
      for (int read = output.read(); read != '\n'; read = output.read()) {
        if (read < 0) {
          throw new IOException("the container ended");
        }
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      input.close();
      attached.close();
      daemon.remove(id);
    }
  }
}
