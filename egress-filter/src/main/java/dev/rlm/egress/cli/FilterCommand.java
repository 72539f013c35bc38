package dev.rlm.egress.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.egress.Channel;
import dev.rlm.egress.EgressConfigurationException;
import dev.rlm.egress.EgressExecution;
import dev.rlm.egress.EgressFilter;
import dev.rlm.egress.EgressPolicy;
import dev.rlm.egress.EgressReport;
import dev.rlm.egress.EgressSession;
import dev.rlm.egress.Finding;
import dev.rlm.egress.RuleSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The filter as a command. Streams with bounded memory: what it holds does not grow with the input.
 *
 * <p>To be called from a larger command line by {@link #run}, or on its own by {@link #main}.
 */
public final class FilterCommand {

  /** Exit status when nothing was redacted. */
  public static final int CLEAN = 0;

  /** Exit status when reading or writing failed. */
  public static final int FAILED = 1;

  /** Exit status when the command line, the rules or the policy are not valid. */
  public static final int USAGE = 2;

  /** Exit status when something was redacted. */
  public static final int REDACTED = 3;

  private static final int BUFFER = 64 << 10;
  private static final int LISTED_FINDINGS = 100_000;

  private FilterCommand() {}

  /**
   * Runs the command on the process's own streams and ends the process with its status.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    System.exit(run(Arrays.asList(arguments), System.in, System.out, System.err));
  }

  /**
   * Filters a stream.
   *
   * @param arguments the command line, see {@code --help}
   * @param in what is filtered; read to its end, not closed
   * @param out receives what may leave; flushed, not closed
   * @param err receives messages and statistics
   * @return the exit status
   */
  public static int run(List<String> arguments, InputStream in, OutputStream out, PrintStream err) {
    try {
      FilterOptions options = FilterOptions.parse(arguments);
      if (options.help()) {
        err.print(FilterOptions.USAGE);
        return CLEAN;
      }
      return filter(options, in, out, err);
    } catch (EgressConfigurationException e) {
      err.println("filter: " + e.getMessage());
      return USAGE;
    } catch (IllegalArgumentException e) {
      err.println("filter: " + e.getMessage());
      err.print(FilterOptions.USAGE);
      return USAGE;
    } catch (IOException e) {
      err.println("filter: " + e.getMessage());
      return FAILED;
    } catch (UncheckedIOException e) {
      err.println("filter: " + e.getMessage());
      return FAILED;
    }
  }

  private static int filter(
      FilterOptions options, InputStream in, OutputStream out, PrintStream err) throws IOException {
    Path policy = options.policy();
    Path rules = options.rules();
    EgressFilter filter =
        EgressFilter.builder()
            .policy(
                (policy == null
                        ? EgressPolicy.defaults()
                        : EgressPolicy.parse(Files.readString(policy)))
                    .withMaximumFindings(LISTED_FINDINGS))
            .rules(
                rules == null
                    ? RuleSet.standard()
                    : RuleSet.standard().plus(RuleSet.parse(Files.readString(rules))))
            .build();
    Path context = options.context();
    if (context == null) {
      return report(options, stream(filter.openSession(), in, out), err);
    }
    try (Arena arena = Arena.ofShared();
        FileChannel file = FileChannel.open(context)) {
      EgressSession session =
          filter.openSession(
              filter.index(file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena)));
      return report(options, stream(session, in, out), err);
    }
  }

  private static EgressReport stream(EgressSession session, InputStream in, OutputStream out)
      throws IOException {
    EgressExecution execution = session.begin((channel, bytes) -> write(out, bytes));
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      execution.write(Channel.STDOUT, buffer, 0, n);
    }
    EgressReport report = execution.finish();
    out.flush();
    return report;
  }

  private static void write(OutputStream out, byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int report(FilterOptions options, EgressReport report, PrintStream err)
      throws IOException {
    Path findings = options.findings();
    if (findings != null) {
      ObjectMapper mapper = new ObjectMapper();
      StringBuilder lines = new StringBuilder();
      for (Finding finding : report.findings()) {
        lines.append(mapper.writeValueAsString(finding)).append('\n');
      }
      Files.writeString(findings, lines.toString(), StandardCharsets.UTF_8);
    }
    if (options.stats()) {
      err.println(
          "bytes in "
              + report.bytesIn()
              + ", bytes out "
              + report.bytesOut()
              + ", redactions "
              + report.redactions());
      report.counts().forEach((rule, count) -> err.println("  " + rule + " " + count));
    }
    return report.redacted() ? REDACTED : CLEAN;
  }
}
