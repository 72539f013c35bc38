package dev.rlm.engine.execution;

import dev.rlm.engine.sandbox.GuestContext;

/** Keeps the files of stored contexts where they are, for as long as somebody reads them. */
@FunctionalInterface
public interface ContextHolds {

  /** Holds nothing: for where there are no stored contexts. */
  ContextHolds NONE = _ -> () -> {};

  /**
   * Begins to use a context; one that is not stored needs no holding.
   *
   * @throws dev.rlm.engine.sandbox.EngineException when it is not stored any more
   */
  Hold hold(GuestContext context);

  /** A use under way. */
  interface Hold extends AutoCloseable {

    /** Ends the use. May be called more than once. */
    @Override
    void close();
  }
}
