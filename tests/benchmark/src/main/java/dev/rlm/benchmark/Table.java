package dev.rlm.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints figures in columns. */
final class Table {

  private static final List<String> HEAD =
      List.of("row", "what", "engine", "", "otherwise", "ratio", "promised", "kept", "what otherwise is");

  private Table() {}

  /** A row's figures. */
  record Section(String row, List<Figure> figures) {}

  static String of(List<Section> sections) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEAD);
    for (Section section : sections) {
      String row = section.row();
      for (Figure figure : section.figures()) {
        lines.add(
            List.of(
                row,
                figure.what(),
                number(figure.engine()),
                figure.unit(),
                figure.otherwise().map(other -> number(other.value())).orElse(""),
                figure.ratio().map(Table::number).orElse(""),
                figure.bar().map(Figure.Bar::text).orElse(""),
                figure.bar().map(bar -> bar.holds() ? "yes" : "NO").orElse(""),
                figure.otherwise().map(Figure.Otherwise::what).orElse("")));
        row = "";
      }
    }
    return aligned(lines);
  }

  private static String aligned(List<List<String>> lines) {
    int[] widths = new int[HEAD.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean right = i == 2 || i == 4 || i == 5;
        row.append(("%" + (right ? "" : "-") + Math.max(1, widths[i]) + "s  ").formatted(line.get(i)));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Writes a number with as many digits as say something. */
  static String number(double value) {
    double size = Math.abs(value);
    String format = size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
