package dev.rlm.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Measures and prints. */
final class Benchmark {

  private Benchmark() {}

  /** The command was not understood. */
  private static final class MisuseException extends Exception {

    private static final long serialVersionUID = 1L;

    MisuseException(String message) {
      super(message);
    }
  }

  /**
   * What is asked for.
   *
   * @param scale how much is measured
   * @param json where the report goes
   * @param rows names; none for all
   */
  private record Request(Scale scale, Path json, List<String> rows) {}

  /** Measures the rows that are named, or all. The system properties {@code engine.jar} and {@code report} say which jar and where to. */
  public static void main(String[] arguments) throws Exception {
    boolean measured;
    try (Daemon daemon = new Daemon()) {
      Laboratory laboratory = new Laboratory(Path.of(System.getProperty("engine.jar", "engine/target/engine.jar")), daemon);
      List<Row> rows = rows(laboratory);
      if (List.of(arguments).contains("--help")) {
        System.out.print(usage(rows));
        return;
      }
      Request request;
      try {
        request = parse(arguments, rows);
      } catch (MisuseException e) {
        System.err.print("rlm: %s%n%s".formatted(e.getMessage(), usage(rows)));
        System.exit(2);
        return;
      }
      measured = measure(request, rows, daemon, "./rlm bench " + String.join(" ", arguments));
    }
    System.exit(measured ? 0 : 1); // Threads of the transport's may still wait for connections that are gone.
  }

  private static List<Row> rows(Laboratory laboratory) {
    return List.of(
        new ExecuteRow(laboratory),
        new SessionRow(laboratory),
        new HostCallRow(laboratory),
        new LoopRow(laboratory),
        new ThroughputRow(laboratory),
        new OverloadRow(laboratory),
        new StarvationRow(laboratory),
        new ContextRow(laboratory),
        new LargeContextRow(laboratory),
        new ManySessionsRow(laboratory),
        new MemoryRow(laboratory),
        new FilterRow(laboratory));
  }

  private static String usage(List<Row> rows) {
    return """
        Usage: rlm bench [--quick] [--json FILE] [ROW...]
        Measures the engine beside what a user would do without it, and prints a table. A promise that is not kept is shown as such;
        the exit status is 0 unless the benchmark itself failed.
          --quick      measures little, to see that everything works: its figures are noise
          --json FILE  where to write the figures with all facts (default: tests/benchmark/target/benchmark.json)
        Rows: %s
        """
        .formatted(String.join(", ", rows.stream().map(Row::name).toList()));
  }

  private static Request parse(String[] arguments, List<Row> rows) throws MisuseException {
    boolean quick = false;
    Path json = Path.of(System.getProperty("report", "tests/benchmark/target/benchmark.json"));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--quick" -> quick = true;
        case "--json" -> {
          if (++i == arguments.length) {
            throw new MisuseException("--json needs a file");
          }
          json = Path.of(arguments[i]);
        }
        default -> {
          String name = arguments[i];
          if (rows.stream().noneMatch(row -> row.name().equals(name))) {
            throw new MisuseException("there is no row '%s'".formatted(name));
          }
          names.add(name);
        }
      }
    }
    return new Request(new Scale(quick), json, names);
  }

  /** Returns whether every row could be measured; the others are in the table all the same. */
  private static boolean measure(Request request, List<Row> rows, Daemon daemon, String command) throws Exception {
    daemon.removeLeftovers();
    Map<String, String> facts = Machine.facts(daemon, command.strip());
    List<Table.Section> sections = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (Row row : rows) {
      if (request.rows().isEmpty() || request.rows().contains(row.name())) {
        System.err.println("==> " + row.name());
        try {
          sections.add(new Table.Section(row.name(), row.measure(request.scale())));
        } catch (Exception e) {
          e.printStackTrace();
          failed.add(row.name());
        }
      }
    }
    if (!failed.isEmpty()) {
      facts.put("failed", String.join(", ", failed));
    }
    facts.forEach((name, value) -> System.out.printf("%-10s %s%n", name, value));
    System.out.println();
    System.out.print(Table.of(sections));
    Report.write(request.json(), facts, sections);
    System.err.println("==> the same as JSON: " + request.json());
    return failed.isEmpty();
  }
}
