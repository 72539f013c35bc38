package dev.rlm.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How late a thread of the machine's own gets a processor while more guests compute than there are, beside guests of Docker's default weight. */
final class StarvationRow implements Row {

  /**
   * Processes of the machine's that seldom have nothing to do, each in a session of its own: the kernel shares the processors among
   * sessions first.
   */
  private static final int NEIGHBOURS = 8;

  /** It ends with the benchmark, however that ends. */
  private static final List<String> NEIGHBOUR =
      List.of(
          "setsid",
          "sh",
          "-c",
          "while kill -0 %d; do i=0; while [ $i -lt 4000 ]; do i=$((i + 1)); done; sleep 0.003; done 2>/dev/null"
              .formatted(ProcessHandle.current().pid()));

  private static final Duration NAP = Duration.ofMillis(10);
  private static final String DEFAULT_WEIGHT = "1024";

  private final Laboratory laboratory;

  StarvationRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "starvation";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    Duration slice = scale.seconds(5, 10);
    int guests = Runtime.getRuntime().availableProcessors() + 1;
    String code = "import time\nend = time.monotonic() + %d\nwhile time.monotonic() < end: pass\nprint(1)".formatted(slice.toSeconds());
    Samples beside = new Samples();
    Samples otherwise = new Samples();
    try (EngineProcess engine = laboratory.engine(Map.of());
        DockerCommand docker = new DockerCommand(laboratory.daemon().sandboxOf(engine.id()))) {
      for (int round = 0; round < scale.of(1, 2); round++) {
        measure(beside, guests, () -> {
          engine.api().expect(code, Optional.empty(), "1\n");
          return true;
        });
        engine.api().awaitQuiet();
        measure(otherwise, guests, () -> {
          docker.run(code, "1\n", "--cpu-shares", DEFAULT_WEIGHT);
          return true;
        });
      }
    }
    String other = "docker run, same flags but for the weight";
    return List.of(
        Figure.of("a thread of the machine's is late beside %d guests that compute, p99".formatted(guests), "ms", beside.p99Millis())
            .beside(other, otherwise.p99Millis()),
        Figure.of("the same, at the worst", "ms", beside.quantileMillis(1)).beside(other, otherwise.quantileMillis(1)));
  }

  /** Lets guests compute, and naps beside them until they are done. */
  private static void measure(Samples late, int guests, Callable<Boolean> guest) throws Exception {
    List<Process> neighbours = new ArrayList<>();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
      for (int i = 0; i < NEIGHBOURS; i++) {
        neighbours.add(new ProcessBuilder(NEIGHBOUR).start());
      }
      List<Future<Boolean>> computing = new ArrayList<>();
      for (int i = 0; i < guests; i++) {
        computing.add(threads.submit(guest));
      }
      while (!computing.stream().allMatch(Future::isDone)) {
        long begun = System.nanoTime();
        Thread.sleep(NAP);
        late.add(System.nanoTime() - begun - NAP.toNanos());
      }
      for (Future<Boolean> done : computing) {
        done.get();
      }
    } finally {
      neighbours.forEach(Process::destroyForcibly);
    }
  }
}
