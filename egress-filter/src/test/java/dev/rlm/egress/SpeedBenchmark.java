package dev.rlm.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Throughput on harmless bytes beside peers, and the time a small output takes. */
final class SpeedBenchmark {

  private static final int CONTEXT = 100_000_000;

  private final BenchmarkTable table;
  private final EgressFilter filter = EgressFilter.builder().build();

  SpeedBenchmark(BenchmarkTable table) {
    this.table = table;
  }

  void throughput() throws IOException, InterruptedException {
    table.section("throughput, one core");
    ContextIndex index = filter.index(SyntheticText.prose(3, CONTEXT));
    byte[] mixed = mixed();
    table.note("mixed harmless bytes", mixed.length / 1e6, "MB");
    double best = 0;
    double withoutContext = 0;
    for (int round = 0; round < 5; round++) {
      best = Math.max(best, rate(filter.openSession(index), mixed));
      withoutContext = Math.max(withoutContext, rate(filter.openSession(), mixed));
    }
    table.atLeast("one stream, echo of a 100 MB context on", best, 200, "MB/s");
    table.note("one stream, no context", withoutContext, "MB/s");
    table.note("outputs of 1 MiB, everything searched deeply", deepRate(index, mixed), "MB/s");
    for (Peers.Peer peer : Peers.ALL) {
      if (peer.isInstalled()) {
        table.atLeastTimes("beside " + peer.name(), best, peer.name() + ", processor time", peer.rate(mixed), 10, "MB/s");
      } else {
        table.note("beside " + peer.name() + ", which is not installed", best, "MB/s");
      }
    }
  }

  void latency() {
    table.section("an output of 20 kB with a context of 100 MB");
    ContextIndex index = filter.index(SyntheticText.prose(3, CONTEXT));
    byte[] output = SyntheticText.prose(11, 20_000);
    int rounds = 6000;
    double[] times = new double[rounds];
    double[] cpu = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      EgressSession session = filter.openSession(index);
      long begin = System.nanoTime();
      long cpuBegin = CpuClock.nanos();
      EgressExecution execution = session.begin((channel, bytes) -> {});
      execution.write(Channel.STDOUT, output);
      execution.finish();
      cpu[i] = (CpuClock.nanos() - cpuBegin) / 1e6;
      times[i] = (System.nanoTime() - begin) / 1e6;
    }
    double[] work = Arrays.copyOfRange(cpu, rounds / 2, rounds);
    Arrays.sort(work);
    table.note("p99 of processor time", work[work.length * 99 / 100], "ms");
    double[] warm = Arrays.copyOfRange(times, rounds / 2, rounds);
    Arrays.sort(warm);
    table.note("median", warm[warm.length / 2], "ms");
    table.atMost("p99", warm[warm.length * 99 / 100], 0.5, "ms");
  }

  private static double rate(EgressSession session, byte[] bytes) {
    EgressExecution execution = session.begin((channel, released) -> {});
    long begin = CpuClock.nanos();
    execution.write(Channel.STDOUT, bytes);
    execution.finish();
    return bytes.length / 1e6 / ((CpuClock.nanos() - begin) / 1e9);
  }

  private double deepRate(ContextIndex index, byte[] bytes) {
    double best = 0;
    for (int at = 0; at + (1 << 20) < Math.min(bytes.length, 24 << 20); at += 1 << 20) {
      best =
          Math.max(
              best, rate(filter.openSession(index), Arrays.copyOfRange(bytes, at, at + (1 << 20))));
    }
    return best;
  }

  static byte[] mixed() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Map.Entry<String, List<byte[]>> corpus : BenignCorpora.all().entrySet()) {
      int size = 0;
      for (byte[] file : corpus.getValue()) {
        if (size < 6_000_000) {
          out.writeBytes(file);
          size += file.length;
        }
      }
    }
    return out.toByteArray();
  }

  static Path temporary(byte[] bytes) throws IOException {
    Path folder = Files.createTempDirectory("egress-benchmark");
    Files.write(folder.resolve("mixed.txt"), bytes);
    return folder;
  }
}
