package dev.rlm.engine.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Filters standard input to standard output, as the engine filters what leaves a sandbox. The filter's own command does it all. */
@Command(
    name = "filter",
    description = "Copy standard input to standard output with secrets, and copies of a context, redacted.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:nothing was redacted",
      "1:reading or writing failed",
      "2:the command line or a file is not valid",
      "3:something was redacted"
    })
final class FilterCommand implements Callable<Integer> {

  @Option(
      names = "--context",
      paramLabel = "FILE",
      description = "Look for copies of this document, and for the secrets in it.")
  private Optional<String> context = Optional.empty();

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = "Add the rules of this JSON file; one of the same id replaces the standard one.")
  private Optional<String> rules = Optional.empty();

  @Option(names = "--policy", paramLabel = "FILE", description = "Read the policy from this JSON file.")
  private Optional<String> policy = Optional.empty();

  @Option(
      names = "--findings",
      paramLabel = "FILE",
      description = "Write each finding as a line of JSON; never the text that was found.")
  private Optional<String> findings = Optional.empty();

  @Option(names = "--stats", description = "Print counts to standard error at the end.")
  private boolean stats;

  @Override
  public Integer call() {
    List<String> arguments = new ArrayList<>();
    context.ifPresent(file -> arguments.addAll(List.of("--context", file)));
    rules.ifPresent(file -> arguments.addAll(List.of("--rules", file)));
    policy.ifPresent(file -> arguments.addAll(List.of("--policy", file)));
    findings.ifPresent(file -> arguments.addAll(List.of("--findings", file)));
    if (stats) {
      arguments.add("--stats");
    }
    return dev.rlm.egress.cli.FilterCommand.run(arguments, System.in, System.out, System.err);
  }
}
