package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.HostCalls;
import java.util.Set;

/** Functions of the host's whose arguments have passed the egress filter: a call is a way out like any other. */
final class FilteredCalls implements HostCalls {

  private final HostCalls calls;
  private final Filter filter;

  /** Filters a JSON document; called by many threads at once. */
  @FunctionalInterface
  interface Filter {

    /** Returns what may leave of it, a list for a list and an object for an object; refuses what may not leave at all. */
    String apply(Destination to, String json) throws HostCallException;
  }

  /** Creates the layer over {@code calls}. */
  FilteredCalls(HostCalls calls, Filter filter) {
    this.calls = calls;
    this.filter = filter;
  }

  @Override
  public Set<String> functions() {
    return calls.functions();
  }

  @Override
  public Limits limits() {
    return calls.limits();
  }

  @Override
  public boolean timed() {
    return calls.timed();
  }

  @Override
  public Destination destination(String name) {
    return calls.destination(name);
  }

  @Override
  public String call(String name, String arguments, String keywords) throws HostCallException, InterruptedException {
    Destination to = calls.destination(name);
    return calls.call(name, filter.apply(to, arguments), filter.apply(to, keywords));
  }
}
