package dev.rlm.egress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Secret scanners that other people made, where they are installed, run over the same bytes and limited to one core. */
final class Peers {

  private Peers() {}

  /** A scanner and how it is called on a folder. */
  record Peer(String name, List<String> command) {

    /** Megabytes of input a second, the best of two runs. */
    double rate(byte[] bytes) throws IOException, InterruptedException {
      Path folder = SpeedBenchmark.temporary(bytes);
      try {
        double best = 0;
        for (int round = 0; round < 2; round++) {
          best = Math.max(best, bytes.length / 1e6 / seconds(folder));
        }
        return best;
      } finally {
        Files.delete(folder.resolve("mixed.txt"));
        Files.delete(folder);
      }
    }

    private double seconds(Path folder) throws IOException, InterruptedException {
      List<String> full = new ArrayList<>(command);
      full.replaceAll(word -> word.replace("{}", folder.toString()));
      ProcessBuilder builder = new ProcessBuilder(full).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("GOMAXPROCS", "1");
      long begin = System.nanoTime();
      Process process = builder.start();
      process.waitFor(300, TimeUnit.SECONDS);
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  static List<Peer> installed() {
    List<Peer> all =
        List.of(
            new Peer("gitleaks", List.of("gitleaks", "detect", "--no-git", "--source", "{}", "--exit-code", "0", "--no-banner")),
            new Peer("trufflehog", List.of("trufflehog", "filesystem", "{}", "--no-verification", "--no-update")));
    return all.stream().filter(peer -> onPath(peer.command().getFirst())).toList();
  }

  private static boolean onPath(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
