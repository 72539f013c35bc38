package dev.rlm.engine.sandbox.protocol;

import java.io.IOException;

/** The guest sent something that the protocol does not allow. The message never quotes what it sent. */
final class ProtocolException extends IOException {

  private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message);
  }
}
