package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.ContextTooLargeException;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Hands a context to a guest: by the place of its file where the guest sees that, and in parts ahead of the message where it does
 * not. As safe for use by many threads as what it sends with.
 */
public final class ContextDelivery {

  /** The most of a document that is sent to a guest that cannot see this machine's files: it keeps it in memory. */
  public static final ByteSize LARGEST_SENT = ByteSize.mebibytes(64);

  private final String sandbox;
  private final SandboxProcess process;
  private final Consumer<HostMessage> send;

  ContextDelivery(String sandbox, SandboxProcess process, Consumer<HostMessage> send) {
    this.sandbox = sandbox;
    this.process = process;
    this.send = send;
  }

  /**
   * Makes a context ready for an execution; gives what its message says of it.
   *
   * @throws ContextTooLargeException when it is larger than what is sent to this guest
   * @throws SandboxUnavailableException when its file cannot be read or placed
   */
  HostMessage.Context deliver(String execution, GuestContext context) {
    return switch (context) {
      case GuestContext.Json json -> new HostMessage.Context.Json(json.text());
      case GuestContext.Stored stored -> {
        try {
          yield deliver(execution, stored);
        } catch (IOException e) {
          throw new SandboxUnavailableException(
              SandboxUnavailableException.Reason.RUNTIME,
              "the context could not be handed to sandbox %s (%s): look after the disk where RLM_DATA_DIR is".formatted(sandbox, e),
              e);
        }
      }
    };
  }

  private HostMessage.Context deliver(String execution, GuestContext.Stored stored) throws IOException {
    Optional<String> data = process.place(stored.data());
    if (data.isEmpty()) {
      sendParts(execution, stored);
      return new HostMessage.Context.Parts(stored.text(), stored.bytes(), stored.characters());
    }
    Optional<String> index = stored.index().isEmpty() ? Optional.empty() : process.place(stored.index().get());
    return new HostMessage.Context.File(data.get(), index, stored.text(), stored.bytes(), stored.characters());
  }

  private void sendParts(String execution, GuestContext.Stored stored) throws IOException {
    if (stored.bytes() > LARGEST_SENT.bytes()) {
      throw new ContextTooLargeException(
          "the context of %d bytes is over %s, the most that is sent to a sandbox which cannot see the engine's files: use a Docker daemon on the engine's machine, or a smaller context"
              .formatted(stored.bytes(), LARGEST_SENT));
    }
    try (DocumentParts parts = new DocumentParts(stored.data(), stored.text())) {
      for (String part = parts.next(); !part.isEmpty(); part = parts.next()) {
        send.accept(new HostMessage.ContextPart(execution, part));
      }
    }
  }
}
