package dev.rlm.engine.sandbox.protocol;

import java.util.List;
import java.util.Optional;

/** What the host may say. */
sealed interface HostMessage {

  /**
   * Run this code.
   *
   * @param functions the names it may call
   */
  record Execute(String id, String code, Optional<Context> context, List<String> functions) implements HostMessage {}

  /** What the variable {@code context} is bound to. */
  sealed interface Context {

    /** A value that travels in the message. */
    record Json(String text) implements Context {}

    /** What the parts before this message were, in their order. */
    record Parts(boolean text, long bytes, long characters) implements Context {}

    /** A file that the guest sees under these paths. */
    record File(String path, Optional<String> index, boolean text, long bytes, long characters) implements Context {}
  }

  /**
   * A piece of a document, for an execution that is about to be sent.
   *
   * @param data text, or bytes in Base64
   */
  record ContextPart(String id, String data) implements HostMessage {}

  /** The value of a call. */
  record Reply(String id, long call, String valueJson) implements HostMessage {}

  /** A call raises an exception. */
  record Failure(String id, long call, String name, String message) implements HostMessage {}

  /** Say which variables there are. */
  record Variables(String id) implements HostMessage {}

  /** Stop the execution, and keep the interpreter. */
  record Interrupt(String id) implements HostMessage {}
}
