package dev.rlm.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The egress filter by itself, in a virtual machine of its own: what it finds, what it leaves alone, and how fast it is beside scanners
 * that others made. The filter's own benchmark, among its tests, does the measuring.
 */
final class FilterRow implements Row {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAIN = "dev.rlm.egress.EgressBenchmark";

  private final Path engineJar;

  FilterRow(Laboratory laboratory) {
    engineJar = laboratory.jar();
  }

  @Override
  public String name() {
    return "filter";
  }

  @Override
  public List<Figure> measure(Scale scale) throws Exception {
    Path classes = Path.of(System.getProperty("filter.tests", "egress-filter/target/test-classes"));
    if (!Files.isDirectory(classes)) {
      throw new IOException("the filter's benchmark is not built: there is no folder %s".formatted(classes));
    }
    Path report = Files.createTempFile("rlm-filter", ".json");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx4g", "-cp", classes + File.pathSeparator + engineJar, MAIN, "--json", report.toString()));
      if (scale.quick()) {
        command.addAll(List.of("--only", "speed,latency,worst"));
      }
      // What it prints while it works goes where progress goes: the table is this program's output.
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.PIPE).start();
      try {
        process.getOutputStream().close();
        process.getInputStream().transferTo(System.err);
        int status = process.waitFor();
        if (status != 0) {
          throw new IOException("the filter's benchmark ended with status %d".formatted(status));
        }
      } finally {
        process.destroyForcibly();
      }
      return figures(JSON.readTree(report.toFile()));
    } finally {
      Files.delete(report);
    }
  }

  static List<Figure> figures(JsonNode rows) {
    List<Figure> figures = new ArrayList<>();
    for (JsonNode row : rows) {
      Figure figure =
          Figure.of(
              row.path("section").asText() + ": " + row.path("name").asText(),
              row.path("unit").asText(),
              row.path("value").asDouble());
      if (row.has("other")) {
        figure = figure.beside(row.path("other").asText(), row.path("otherValue").asDouble());
      }
      if (row.has("bar")) {
        figure = figure.bar(row.path("bar").asText().replace(">=", "≥").replace("<=", "≤"), row.path("met").asBoolean());
      }
      figures.add(figure);
    }
    return figures;
  }
}
