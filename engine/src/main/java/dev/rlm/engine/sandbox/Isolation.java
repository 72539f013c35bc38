package dev.rlm.engine.sandbox;

/**
 * The isolation in force, as every answer states it.
 *
 * @param runtime {@code runsc}, {@code runc}, or {@code none} when code runs as a plain child process
 * @param version the runtime's own version, such as {@code release-20240729.0}; {@code unknown} where it cannot be asked
 * @param network {@code none} or {@code bridge}; {@code host} when there is no isolation
 */
public record Isolation(String runtime, String version, String network) {

  /** What is in force when code runs as a plain child process: nothing. */
  public static final Isolation NONE = new Isolation("none", "unknown", "host");
}
