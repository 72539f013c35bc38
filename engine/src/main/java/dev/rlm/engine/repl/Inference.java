package dev.rlm.engine.repl;

import java.util.SequencedSet;

/** Answers questions about contexts. Implementations are safe for use by many threads. */
public interface Inference extends AutoCloseable {

  /**
   * Runs a question to its end. Whatever stops it, a limit or a provider that fails, is part of the result.
   *
   * @param listener hears of it while it is under way; the recorder of the engine does too
   * @throws InferenceException when it cannot begin as it was asked for
   * @throws InterruptedException when the calling thread was interrupted; the whole tree of loops, model calls and sandboxes, is
   *     broken off, and gone when this is thrown
   */
  RunResult run(InferenceRequest request, RunListener listener) throws InterruptedException;

  /** Returns the models that a request may name, the standard one first. */
  SequencedSet<String> models();

  /** Returns the limits that requests may lower. */
  RunLimits limits();

  /** Breaks off what is under way, and begins nothing more. */
  @Override
  void close();
}
