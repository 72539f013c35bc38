package dev.rlm.models;

/** Says what a model answers. Called by many threads at once. */
@FunctionalInterface
public interface Script {

  /** Returns the answer to a request. */
  Answer answer(Asked asked) throws InterruptedException;
}
