package dev.rlm.engine.execution;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.egress.ContextIndex;
import dev.rlm.egress.ContextSecrets;
import dev.rlm.egress.EgressFilter;
import dev.rlm.engine.sandbox.GuestContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * What the filter knows of contexts, of stored ones once for all sandboxes. Safe for use by many threads.
 *
 * <p>Preparing a document is work for the processor alone, for a second or more. It is done on threads of the system's, which take
 * turns with the virtual threads that serve requests: for each document one that looks for its secrets, while it still arrives; and
 * one for all that builds the indexes, so that the memory for that is taken once.
 */
final class ContextIndexes {

  /** Larger documents are not searched for copies of: their index would not fit in memory. */
  private static final long LARGEST_INDEXED = 512L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final EgressFilter filter;
  private final Map<String, ContextIndex> stored = new ConcurrentHashMap<>();
  private final Executor builder =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("context-index").factory());

  ContextIndexes(EgressFilter filter) {
    this.filter = filter;
  }

  /** Returns what is known of a context; empty when it is too large. */
  Optional<ContextIndex> of(GuestContext context) {
    return switch (context) {
      case GuestContext.Json(String json) -> Optional.of(filter.index(document(json).getBytes(StandardCharsets.UTF_8)));
      case GuestContext.Stored document ->
          document.bytes() > LARGEST_INDEXED
              ? Optional.empty()
              : Optional.of(stored.computeIfAbsent(document.contentHash(), _ -> index(document, scan(open(document.data())))));
    };
  }

  /** A context that is one text is looked for as that text, not as its escaped form. */
  private static String document(String json) {
    if (!json.startsWith("\"")) {
      return json;
    }
    try {
      return JSON.readTree(json).asText();
    } catch (JsonProcessingException e) {
      return json;
    }
  }

  /** Begins to look for the secrets of a document that arrives; the rest follows when it is stored. */
  Consumer<GuestContext.Stored> arriving(InputStream arriving) {
    CompletableFuture<ContextSecrets> secrets = scan(arriving);
    return document -> {
      if (document.bytes() <= LARGEST_INDEXED) {
        stored.computeIfAbsent(document.contentHash(), _ -> index(document, secrets));
      }
    };
  }

  /** A document that could not be read is tried anew with the next execution that names it. */
  private ContextIndex index(GuestContext.Stored document, CompletableFuture<ContextSecrets> secrets) {
    ContextIndex index = filter.index(map(document.data()), secrets, builder);
    secrets.exceptionally(
        _ -> {
          // In a thread of its own, for the map may be computing this very entry now.
          Thread.ofVirtual().name("context-failed").start(() -> stored.remove(document.contentHash(), index));
          return null;
        });
    return index;
  }

  private CompletableFuture<ContextSecrets> scan(InputStream document) {
    CompletableFuture<ContextSecrets> secrets = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("context-secrets")
        .start(
            () -> {
              try (document) {
                secrets.complete(filter.secrets(document));
              } catch (IOException | RuntimeException | Error e) {
                secrets.completeExceptionally(e);
              }
            });
    return secrets;
  }

  /** Forgets a document; what is not built of its index never will be. */
  void forget(String contentHash) {
    ContextIndex index = stored.remove(contentHash);
    if (index != null) {
      index.cancel();
    }
  }

  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the context in %s cannot be read".formatted(file), e);
    }
  }

  /** A document as memory, for as long as its index is used: also after its file was deleted. */
  private static MemorySegment map(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException("the context in %s cannot be read".formatted(file), e);
    }
  }
}
