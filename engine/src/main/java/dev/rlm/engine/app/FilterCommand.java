package dev.rlm.engine.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "filter", description = "Filter standard input to standard output.", mixinStandardHelpOptions = true)
final class FilterCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 0;
  }
}
