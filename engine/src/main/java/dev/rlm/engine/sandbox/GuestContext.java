package dev.rlm.engine.sandbox;

import java.nio.file.Path;
import java.util.Optional;

/** What the variable {@code context} is bound to. */
public sealed interface GuestContext {

  /**
   * A value that travels with the code.
   *
   * @param text JSON
   */
  record Json(String text) implements GuestContext {}

  /**
   * A document that lies in a file, and that the guest reads where it lies. Nothing of it is copied.
   *
   * @param contentHash SHA-256 of the document, in 64 hexadecimal digits
   * @param data the document; never changes
   * @param index for text that is not ASCII alone, the byte offset of every 4,096th character, as 64-bit little-endian numbers
   * @param text whether it is UTF-8 text, which the guest sees as {@code str}; else it sees {@code bytes}
   * @param bytes length in bytes
   * @param characters length in Unicode characters; of what is not text, in bytes
   */
  record Stored(
      String contentHash, Path data, Optional<Path> index, boolean text, long bytes, long characters)
      implements GuestContext {}
}
