package dev.rlm.engine.sandbox.protocol;

/** What ended the wait for an execution. */
sealed interface Ending {

  /** The guest says that it is over. */
  record Result(GuestMessage.Result message) implements Ending {}

  /** It wrote more than the hard limit. */
  record TooMuchOutput() implements Ending {}

  /** The memory limit was reached. */
  record OutOfMemory() implements Ending {}

  /** The guest cannot be understood, or the host failed to listen. */
  record Broken(String cause) implements Ending {}

  /** The guest's output ended: its process did, or the connection to it. */
  record StreamEnded() implements Ending {}
}
