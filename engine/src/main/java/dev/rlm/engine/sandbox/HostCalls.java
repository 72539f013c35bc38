package dev.rlm.engine.sandbox;

import java.time.Duration;
import java.util.Set;

/**
 * The functions that guest code may call on its host: the only way out of a sandbox besides its output. Implementations are
 * called by many threads at once, one for each call under way.
 */
public interface HostCalls {

  /** No functions: every call is refused. */
  HostCalls NONE =
      new HostCalls() {
        @Override
        public Set<String> functions() {
          return Set.of();
        }

        @Override
        public String call(String name, String arguments, String keywords) throws HostCallException {
          throw new HostCallException("NameError", "there is no function " + name);
        }
      };

  /** Returns the names under which guest code finds the functions; fixed for an execution. */
  Set<String> functions();

  /** Returns how much an execution may call. */
  default Limits limits() {
    return Limits.STANDARD;
  }

  /** Returns whether the time in which code waits for answers counts as its own, so that its time limit covers it. */
  default boolean timed() {
    return true;
  }

  /** Returns where the arguments of a function go, which decides what the egress filter lets pass. */
  default Destination destination(String name) {
    return Destination.CALLER;
  }

  /** Where arguments go. */
  enum Destination {
    /** To whoever runs the code. */
    CALLER,
    /** To a model, as its prompt. */
    MODEL,
    /** To whoever asked the question, as its answer. */
    ANSWER
  }

  /**
   * Answers a call. The thread is interrupted when the execution is over or the call has taken too long.
   *
   * @param name one of {@link #functions}
   * @param arguments a JSON list: attacker text, bounded in size and depth
   * @param keywords a JSON object, likewise
   * @return JSON text, which the guest gets as the function's value
   * @throws HostCallException to raise an exception in the guest
   */
  String call(String name, String arguments, String keywords) throws HostCallException, InterruptedException;

  /**
   * Raises an exception in the guest. Name and text are cut to 100 and 16,384 characters.
   */
  final class HostCallException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int MAX_NAME = 100;
    private static final int MAX_TEXT = 16_384;

    private final String name;
    private final String text;

    /**
     * Creates the exception.
     *
     * @param name a built-in exception of Python's, such as {@code ValueError}; else the guest sees a {@code HostCallError}
     * @param text what it says
     */
    public HostCallException(String name, String text) {
      super(name + ": " + text);
      this.name = cut(name, MAX_NAME);
      this.text = cut(text, MAX_TEXT);
    }

    private static String cut(String text, int length) {
      return text.codePointCount(0, text.length()) <= length ? text : text.substring(0, text.offsetByCodePoints(0, length));
    }

    /** Returns the exception's type in the guest. */
    public String name() {
      return name;
    }

    /** Returns what it says. */
    public String text() {
      return text;
    }
  }

  /**
   * How much an execution may call.
   *
   * @param calls in all
   * @param concurrent at one time
   * @param resultBytes largest JSON of one answer
   * @param timeout longest that one call may take
   */
  record Limits(int calls, int concurrent, ByteSize resultBytes, Duration timeout) {

    /** What holds when nothing else is configured. */
    public static final Limits STANDARD = new Limits(10_000, 64, ByteSize.mebibytes(16), Duration.ofMinutes(5));
  }
}
