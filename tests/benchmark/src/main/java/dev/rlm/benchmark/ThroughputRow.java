package dev.rlm.benchmark;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Sustained executions in throwaway sandboxes, beside a bare loop over the daemon at its best concurrency. */
final class ThroughputRow implements Row {

  private static final int CLIENTS = 12;

  private final Laboratory laboratory;

  ThroughputRow(Laboratory laboratory) {
    this.laboratory = laboratory;
  }

  @Override
  public String name() {
    return "throughput";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    Duration slice = scale.seconds(8, 30);
    List<Integer> widths = scale.quick() ? List.of(4) : List.of(1, 2, 3, 4, 6, 8);
    Map<Integer, Load> bare = new HashMap<>();
    Load engineLoad = new Load();
    try (EngineProcess engine = laboratory.engine(Map.of())) {
      InspectContainerResponse like = laboratory.daemon().sandboxOf(engine.id());
      Callable<Boolean> execute =
          () -> {
            engine.api().expect("print(1)", Optional.empty(), "1\n");
            return true;
          };
      Callable<Boolean> life =
          () -> {
            laboratory.daemon().wholeLife(like);
            return true;
          };
      for (int round = 0; round < scale.of(1, 2); round++) {
        for (int width : widths) {
          // What waits in the pool is used up first: it was made before the clock ran.
          new Load().run(CLIENTS, Duration.ofSeconds(3), execute);
          engineLoad.run(CLIENTS, slice, execute);
          engine.api().awaitQuiet();
          bare.computeIfAbsent(width, _ -> new Load()).run(width, slice, life);
        }
      }
    }
    Map.Entry<Integer, Load> best =
        bare.entrySet().stream()
            .max(Comparator.comparingDouble(entry -> entry.getValue().perSecond()))
            .orElseThrow();
    double ratio = engineLoad.perSecond() / best.getValue().perSecond();
    return List.of(
        Figure.of("executions in throwaway sandboxes", "/s", engineLoad.perSecond())
            .beside(
                "create, attach, start, first byte, kill, remove; %d at a time is best".formatted(best.getKey()),
                best.getValue().perSecond())
            .bar("≥ 0.9 of otherwise", ratio >= 0.9));
  }
}
