package dev.rlm.egress;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects the rows of a benchmark and prints them as they come. */
final class BenchmarkTable {

  private final PrintStream out;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private String section = "";

  BenchmarkTable(PrintStream out) {
    this.out = out;
  }

  /** A figure that must be at least the bar. */
  void atLeast(String name, double value, double bar, String unit) {
    add(name, value, bar, unit, value >= bar, ">=");
  }

  /** A figure that must be at most the bar. */
  void atMost(String name, double value, double bar, String unit) {
    add(name, value, bar, unit, value <= bar, "<=");
  }

  /** A figure that must be at least so many times another's, measured in the same run. */
  void atLeastTimes(String name, double value, String other, double otherValue, double bar, String unit) {
    boolean met = value >= bar * otherValue;
    out.println(
        String.format(
            Locale.ROOT,
            "  %-62s %12s %-9s beside %s: %s, bar >= %s x %s",
            name,
            shown(value),
            unit,
            other,
            shown(otherValue),
            shown(bar),
            met ? "met" : "MISSED"));
    Map<String, Object> row = row(name, value, unit);
    row.put("other", other);
    row.put("otherValue", otherValue);
    row.put("bar", ">= " + shown(bar) + " x");
    row.put("met", met);
    rows.add(row);
  }

  /** A figure without a bar. */
  void note(String name, double value, String unit) {
    out.println(String.format(Locale.ROOT, "  %-62s %12s %s", name, shown(value), unit));
    rows.add(row(name, value, unit));
  }

  private void add(String name, double value, double bar, String unit, boolean met, String sign) {
    out.println(
        String.format(
            Locale.ROOT,
            "  %-62s %12s %-9s bar %s %-8s %s",
            name,
            shown(value),
            unit,
            sign,
            shown(bar),
            met ? "met" : "MISSED"));
    Map<String, Object> row = row(name, value, unit);
    row.put("bar", sign + " " + shown(bar) + (unit.isEmpty() ? "" : " " + unit));
    row.put("met", met);
    rows.add(row);
  }

  private Map<String, Object> row(String name, double value, String unit) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("section", section);
    row.put("name", name);
    row.put("value", value);
    row.put("unit", unit);
    return row;
  }

  /** What the rows that follow are about. */
  void section(String title) {
    section = title;
    out.println(title);
  }

  /** Says something that is no figure. */
  void remark(String text) {
    out.println(text);
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), rows);
  }

  private static String shown(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e9) {
      return String.format(Locale.ROOT, "%d", (long) value);
    }
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.4f" : "%.1f", value);
  }
}
