package dev.rlm.engine.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Filters standard input to standard output, as the engine filters what leaves a sandbox. The filter's own command does it all. */
@Command(
    name = "filter",
    description = "Copy standard input to standard output with secrets redacted; see rlm filter --help.")
final class FilterCommand implements Callable<Integer> {

  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    return dev.rlm.egress.cli.FilterCommand.run(arguments, System.in, System.out, System.err);
  }
}
