package dev.rlm.egress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Secret scanners that other people made, where they are installed, run over the same bytes and
 * limited to one core.
 */
final class Peers {

  private Peers() {}

  /** A scanner, how it is called on a folder, and what makes it name the files. */
  record Peer(String name, List<String> command, String reporting) {

    boolean isInstalled() {
      return onPath(command.getFirst());
    }

    /** Megabytes of input a second, one run. */
    double rate(byte[] bytes) throws IOException, InterruptedException {
      Path folder = SpeedBenchmark.temporary(bytes);
      try {
        return bytes.length / 1e6 / seconds(folder);
      } finally {
        Files.delete(folder.resolve("mixed.txt"));
        Files.delete(folder);
      }
    }

    /** The numbers of the texts in which it reports something, each text in a file of its own. */
    Set<Integer> findsIn(List<String> texts) throws IOException, InterruptedException {
      Path folder = Files.createTempDirectory("filter-peers");
      try {
        for (int i = 0; i < texts.size(); i++) {
          Files.writeString(folder.resolve("sample" + i + ".txt"), texts.get(i));
        }
        Path report = folder.resolve("report");
        String line =
            String.join(" ", command).replace("{}", folder.toString())
                + " "
                + reporting.replace("{}", report.toString())
                + " 2>/dev/null";
        Process process = new ProcessBuilder("sh", "-c", line).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(300, TimeUnit.SECONDS);
        Set<Integer> found = new HashSet<>();
        Matcher file = FILE.matcher(Files.exists(report) ? Files.readString(report) : out);
        while (file.find()) {
          found.add(Integer.parseInt(file.group(1)));
        }
        return found;
      } finally {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(folder);
      }
    }

    /** Processor time, as the shell counts it for its children. */
    private double seconds(Path folder) throws IOException, InterruptedException {
      String line =
          String.join(" ", command).replace("{}", folder.toString()) + " >/dev/null 2>&1; times";
      ProcessBuilder builder = new ProcessBuilder("sh", "-c", line);
      builder.environment().put("GOMAXPROCS", "1");
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(300, TimeUnit.SECONDS);
      Matcher time = TIME.matcher(out.lines().skip(1).findFirst().orElse(""));
      double seconds = 0;
      while (time.find()) {
        seconds += Integer.parseInt(time.group(1)) * 60 + Double.parseDouble(time.group(2));
      }
      return seconds;
    }
  }

  private static final Pattern FILE = Pattern.compile("/sample([0-9]+)[.]txt");
  private static final Pattern TIME = Pattern.compile("([0-9]+)m([0-9.]+)s");

  static final List<Peer> ALL =
      List.of(
          new Peer(
              "gitleaks",
              List.of(
                  "gitleaks",
                  "detect",
                  "--no-git",
                  "--source",
                  "{}",
                  "--exit-code",
                  "0",
                  "--no-banner"),
              "--report-format json --report-path {}"),
          new Peer(
              "trufflehog",
              List.of("trufflehog", "filesystem", "{}", "--no-verification", "--no-update"),
              "--json"));

  private static boolean onPath(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
