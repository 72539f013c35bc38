package dev.rlm.engine.app;

import dev.rlm.engine.config.Settings;
import dev.rlm.engine.sandbox.IsolationReport;
import dev.rlm.engine.sandbox.ResourceLimits;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import dev.rlm.engine.sandbox.docker.DockerFacts;
import dev.rlm.engine.telemetry.Logging;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints what is in force, and what a canary measured inside a sandbox. */
@Command(
    name = "doctor",
    description = "Print what is in force: daemon, runtimes, image, limits, and the isolation measured in a sandbox.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:all is well", "69:something is not; the table says what", "78:the configuration is wrong"})
final class DoctorCommand implements Callable<Integer> {

  /** A line of the table. */
  private record Row(String what, String value, String verdict) {}

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = Settings.fromEnvironment();
    Logging.setLevel(Settings.LogLevel.ERROR.name());
    List<Row> rows = new ArrayList<>();
    rows.add(new Row("java", Runtime.version().toString(), "ok"));
    rows.add(new Row("mode", settings.sandbox().mode().name().toLowerCase(java.util.Locale.ROOT), ""));
    boolean healthy = true;
    if (settings.sandbox().mode() == dev.rlm.engine.config.SandboxSettings.Mode.DOCKER) {
      for (DockerFacts.Fact fact : DockerFacts.gather(settings.sandbox().dockerHost(), settings.sandbox().image())) {
        rows.add(new Row(fact.name(), fact.value(), fact.verdict()));
      }
    }
    addLimits(rows, settings);
    try (Engine engine = Engine.open(settings, 0)) {
      rows.add(new Row("runtime in force", engine.runtime().isolation().runtime() + " " + engine.runtime().isolation().version(), "ok"));
      for (IsolationReport.Check check : engine.isolation().checks()) {
        rows.add(new Row("inside: " + check.name(), check.measured(), "ok"));
      }
      if (engine.isolation().checks().isEmpty()) {
        rows.add(new Row("inside", "no isolation: nothing to measure", "UNSAFE"));
      }
    } catch (SandboxUnavailableException e) {
      healthy = false;
      rows.add(new Row("sandbox", e.getMessage(), "FAILED"));
    }
    print(rows);
    return healthy ? 0 : Main.UNAVAILABLE;
  }

  private static void addLimits(List<Row> rows, Settings settings) {
    ResourceLimits limits = settings.sandbox().limits();
    rows.add(new Row("memory limit", limits.memory().toString(), ""));
    rows.add(new Row("process limit", Integer.toString(limits.processes()), ""));
    rows.add(new Row("processor limit", limits.cpus() + " cores", ""));
    rows.add(new Row("/tmp limit", limits.temporaryFiles().toString(), ""));
    rows.add(new Row("network", settings.sandbox().network() ? "bridge" : "none", settings.sandbox().network() ? "UNSAFE" : "ok"));
    rows.add(new Row("guard", settings.sandbox().guard() ? "on" : "off", settings.sandbox().guard() ? "ok" : "UNSAFE"));
    rows.add(new Row("time limit", settings.execution().timeout().toSeconds() + " s, at most " + settings.execution().maxTimeout().toSeconds() + " s", ""));
  }

  private static void print(List<Row> rows) {
    int what = rows.stream().mapToInt(row -> row.what().length()).max().orElse(0);
    int verdict = rows.stream().mapToInt(row -> row.verdict().length()).max().orElse(0);
    for (Row row : rows) {
      System.out.printf("%-" + what + "s  %-" + Math.max(1, verdict) + "s  %s%n", row.what(), row.verdict(), row.value());
    }
  }
}
