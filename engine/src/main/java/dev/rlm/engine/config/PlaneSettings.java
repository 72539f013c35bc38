package dev.rlm.engine.config;

import java.net.URI;
import java.util.Optional;

/**
 * What part of the work this engine has.
 *
 * @param plane which planes it is
 * @param executionUrl where the execution plane is, for an engine that is the inference plane alone; without a slash at the end
 * @param executionKey what that is shown
 */
public record PlaneSettings(Plane plane, Optional<URI> executionUrl, Optional<String> executionKey) {

  /** The two planes: one holds the model's key and runs no code, the other runs code and holds no key. */
  public enum Plane {
    /** Both in one process. */
    BOTH,
    /** Answers questions, and has its code run by another engine. */
    INFERENCE,
    /** Runs code. */
    EXECUTION
  }

  /** Says everything but the key. */
  @Override
  public String toString() {
    return "PlaneSettings[plane=%s, executionUrl=%s, executionKey=%s]".formatted(plane, executionUrl, executionKey.isPresent());
  }
}
