package dev.rlm.engine.client;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a client hears of code that runs, in order; {@link Ended} or {@link Refused} comes last, and always. */
public sealed interface Event {

  /**
   * The code is about to run.
   *
   * @param executionId names the execution in the engine's log
   */
  record Started(String executionId) implements Event {}

  /**
   * It wrote something.
   *
   * @param stream where to
   * @param text what has passed the filter
   */
  record Output(Stream stream, String text) implements Event {}

  /**
   * The value of its last expression.
   *
   * @param value its {@code repr}
   */
  record Result(String value) implements Event {}

  /**
   * What went wrong in it.
   *
   * @param name the exception's type; for a limit of the engine's, that limit
   * @param value what it says
   * @param traceback empty where there is none
   */
  record Failed(String name, String value, String traceback) implements Event {}

  /**
   * It calls a function of this client's, and waits for the answer.
   *
   * @param call names the call
   * @param name the function
   * @param arguments a JSON list
   * @param keywords a JSON object
   */
  record Call(long call, String name, String arguments, String keywords) implements Event {}

  /** Nothing that this client knows of: a sign of life, or an event of a later engine. */
  record Other() implements Event {}

  /**
   * It is over.
   *
   * @param outcome how it ended, such as {@code completed} or {@code timed_out}; {@code interrupted} when it was, and the engine
   *     did not tell what came of that
   * @param exitCode the status a process of its own would have had; empty when the engine ended it
   * @param changed the names of the variables that it bound or changed; empty when not all of them are known
   * @param findings what the engine's filter found
   */
  record Ended(String outcome, Optional<Integer> exitCode, Optional<Set<String>> changed, List<Finding> findings)
      implements Event {

    /** Copies the collections. */
    public Ended {
      changed = changed.map(Set::copyOf);
      findings = List.copyOf(findings);
    }

    /** Creates the end of code that changed and showed nothing. */
    public Ended(String outcome, Optional<Integer> exitCode) {
      this(outcome, exitCode, Optional.of(Set.of()), List.of());
    }
  }

  /**
   * Something that an engine's filter found.
   *
   * @param rule which rule found it
   * @param channel where it was
   * @param offset where in that it began, in bytes
   * @param length how long it was, in bytes
   * @param decodeChain the encodings through which it was seen
   * @param confidence how sure the rule is
   * @param action what was done
   * @param tag equal for equal values within a session, or empty
   */
  record Finding(
      String rule,
      String channel,
      long offset,
      long length,
      List<String> decodeChain,
      String confidence,
      String action,
      String tag) {

    /** Copies the chain. */
    public Finding {
      decodeChain = List.copyOf(decodeChain);
    }
  }

  /**
   * It did not run, or the engine lost it.
   *
   * @param problem why
   */
  record Refused(Problem problem) implements Event {}

  /** Where code writes. */
  enum Stream {
    /** File descriptor 1. */
    STDOUT,
    /** File descriptor 2. */
    STDERR
  }
}
