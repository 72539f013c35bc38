package dev.rlm.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes the figures as JSON, with all that is needed to judge them. */
final class Report {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Report() {}

  static void write(Path file, Map<String, String> facts, List<Table.Section> sections) throws IOException {
    ObjectNode report = JSON.createObjectNode();
    facts.forEach(report::put);
    ArrayNode rows = report.putArray("figures");
    for (Table.Section section : sections) {
      for (Figure figure : section.figures()) {
        ObjectNode row = rows.addObject();
        row.put("row", section.row());
        row.put("what", figure.what());
        row.put("unit", figure.unit());
        row.put("engine", figure.engine());
        figure
            .otherwise()
            .ifPresent(
                other -> {
                  row.put("otherwise", other.value());
                  row.put("otherwise_is", other.what());
                });
        figure.ratio().ifPresent(ratio -> row.put("ratio", ratio));
        figure
            .bar()
            .ifPresent(
                bar -> {
                  row.put("promised", bar.text());
                  row.put("kept", bar.holds());
                });
      }
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
  }
}
