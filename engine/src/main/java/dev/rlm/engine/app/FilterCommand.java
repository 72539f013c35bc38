package dev.rlm.engine.app;

import dev.rlm.egress.Channel;
import dev.rlm.egress.EgressExecution;
import dev.rlm.egress.EgressFilter;
import dev.rlm.egress.EgressReport;
import dev.rlm.egress.EgressSession;
import dev.rlm.egress.EgressSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Filters standard input to standard output, as the engine filters what leaves a sandbox. */
@Command(
    name = "filter",
    description = "Copy standard input to standard output with secrets, and copies of a context, redacted.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:nothing was redacted", "3:something was", "2:the command was not understood"})
final class FilterCommand implements Callable<Integer> {

  private static final int REDACTED = 3;
  private static final int PIECE = 64 << 10;

  @Spec private CommandSpec spec;

  @Option(names = "--context", paramLabel = "FILE", description = "A document whose copies are looked for as well.")
  private Optional<Path> context = Optional.empty();

  @Override
  public Integer call() throws IOException {
    EgressFilter filter = EgressFilter.builder().build();
    EgressSession session =
        context.map(file -> filter.openSession(filter.index(read(file)))).orElseGet(filter::openSession);
    EgressReport report = copy(session, System.in, System.out);
    return report.redacted() ? REDACTED : 0;
  }

  private byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "%s cannot be read: %s".formatted(file, Files.exists(file) ? e.getMessage() : "no such file"));
    }
  }

  private static EgressReport copy(EgressSession session, InputStream in, OutputStream out) throws IOException {
    EgressSink sink =
        (_, bytes) -> {
          try {
            out.write(bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    EgressExecution execution = session.begin(sink);
    byte[] piece = new byte[PIECE];
    for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
      execution.write(Channel.STDOUT, piece, 0, length);
    }
    EgressReport report = execution.finish();
    out.flush();
    return report;
  }
}
