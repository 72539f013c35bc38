package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Measures everything the filter promises: {@code EgressBenchmark [--samples FOLDER] [--json FILE]
 * [--only PART[,PART]]}. Parts are samples, heldout, splits, disguises, benign, echo, speed, latency, worst.
 * Peers are run where they are installed. Without labelled samples the parts that need them are
 * left out. {@code ./rlm bench filter} runs this in a process of its own and shows its rows.
 */
final class EgressBenchmark {

  private static final Set<String> SAMPLED = Set.of("samples", "splits", "disguises");

  private EgressBenchmark() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options = options(args);
    BenchmarkTable table = new BenchmarkTable(new PrintStream(System.out, true, UTF_8));
    Path samples = Path.of(options.getOrDefault("--samples", "../../shared/data/egress-dev"));
    String only =
        options.getOrDefault("--only", "samples,heldout,splits,disguises,benign,echo,speed,latency,worst");
    for (String part : only.split(",", -1)) {
      if (SAMPLED.contains(part) && !Files.isDirectory(samples)) {
        table.remark(part + " is left out: there are no labelled samples in " + samples);
        continue;
      }
      switch (part) {
        case "samples" -> {
          SampleBenchmark labelled = new SampleBenchmark(table, samples);
          labelled.score();
          labelled.scorePeers();
        }
        case "heldout" -> SampleBenchmark.heldOut(table);
        case "splits" -> new SampleBenchmark(table, samples).splits();
        case "disguises" -> new SampleBenchmark(table, samples).disguises();
        case "benign" -> new BenignBenchmark(table).run();
        case "echo" -> new EchoBenchmark(table).run();
        case "speed" -> new SpeedBenchmark(table).throughput();
        case "latency" -> new SpeedBenchmark(table).latency();
        case "worst" -> new WorstCaseBenchmark(table).run();
        default -> throw new IllegalArgumentException("no part named " + part);
      }
    }
    table.write(Path.of(options.getOrDefault("--json", "target/egress-benchmark.json")));
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new TreeMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    return options;
  }
}
