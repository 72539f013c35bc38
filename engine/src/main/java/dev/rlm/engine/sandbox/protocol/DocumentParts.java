package dev.rlm.engine.sandbox.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/** Cuts a document into pieces that travel as text: UTF-8 between characters, other bytes in Base64. Used by one thread. */
final class DocumentParts implements AutoCloseable {

  /** Bytes of the document in a piece, at most. */
  static final int PIECE = 1 << 20;

  private static final int LONGEST_CHARACTER = 4;

  private final InputStream in;
  private final boolean text;
  private byte[] kept = new byte[0];

  DocumentParts(Path file, boolean text) throws IOException {
    this.in = Files.newInputStream(file);
    this.text = text;
  }

  /** Returns the next piece; an empty one at the end. */
  String next() throws IOException {
    byte[] piece = Arrays.copyOf(kept, PIECE);
    int length = kept.length + in.readNBytes(piece, kept.length, PIECE - kept.length);
    int end = text && length == PIECE ? endOfCharacters(piece) : length;
    kept = Arrays.copyOfRange(piece, end, length);
    return text
        ? new String(piece, 0, end, StandardCharsets.UTF_8)
        : Base64.getEncoder().encodeToString(Arrays.copyOf(piece, end));
  }

  /** The place after the last character that is whole, or where the next one begins. */
  private static int endOfCharacters(byte[] piece) {
    int end = piece.length - 1;
    while (end > piece.length - LONGEST_CHARACTER && (piece[end] & 0xc0) == 0x80) {
      end--;
    }
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
