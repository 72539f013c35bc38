package dev.rlm.engine.context;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A document on its way to disk: hashed, scanned and written in one pass, under a temporary name, which nothing but {@link
 * #finish} gives up. Used by one thread. Closing it removes what was not finished.
 */
final class Upload implements AutoCloseable {

  private static final int INDEX_BUFFER = 64 << 10;

  private final Path folder;
  private final String name = UUID.randomUUID().toString();
  private final Opener opener;
  private final MessageDigest digest;
  private final TextScanner scanner = new TextScanner(this::mark);
  private final ByteBuffer marks = ByteBuffer.allocate(INDEX_BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final WritableByteChannel data;
  private final ArrivingDocument arriving;
  private @Nullable WritableByteChannel index;
  private long length;
  private long indexLength;

  /** Makes a new file and opens it for writing. */
  @FunctionalInterface
  interface Opener {

    /** A file that must not be there yet, for its owner alone. */
    Opener FILE =
        path ->
            FileChannel.open(
                path,
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));

    WritableByteChannel open(Path path) throws IOException;
  }

  Upload(Path folder, Opener opener) throws IOException {
    this.folder = folder;
    this.opener = opener;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
    this.data = opener.open(dataFile());
    this.arriving = new ArrivingDocument(dataFile());
  }

  /** Appends a piece. */
  void write(byte[] piece, int count) throws IOException {
    digest.update(piece, 0, count);
    scanner.accept(piece, 0, count);
    drain(data, ByteBuffer.wrap(piece, 0, count));
    length += count;
    arriving.grown(length);
  }

  private void mark(long offset) throws IOException {
    if (!marks.hasRemaining()) {
      flushMarks();
    }
    marks.putLong(offset);
    indexLength += Long.BYTES;
  }

  private void flushMarks() throws IOException {
    WritableByteChannel file = index;
    if (file == null) {
      file = opener.open(indexFile());
      index = file;
    }
    marks.flip();
    drain(file, marks);
    marks.clear();
  }

  private static void drain(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Ends the document: from here on nobody changes its files, which everybody may read who sees them. */
  Finished finish() throws IOException {
    boolean text = scanner.valid();
    boolean indexed = text && scanner.wide();
    if (indexed) {
      flushMarks();
      seal(indexFile());
    }
    seal(dataFile());
    arriving.end(true);
    return new Finished(
        HexFormat.of().formatHex(digest.digest()),
        text,
        indexed,
        length,
        indexed ? indexLength : 0,
        text ? scanner.characters() : length);
  }

  private static void seal(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
  }

  /** Returns how many bytes of index were made so far. */
  long indexLength() {
    return indexLength;
  }

  long length() {
    return length;
  }

  /** Returns the document as it is written, for one thread that reads along. */
  InputStream arriving() {
    return arriving;
  }

  Path dataFile() {
    return folder.resolve(name);
  }

  Path indexFile() {
    return folder.resolve(name + ".index");
  }

  @Override
  public void close() throws IOException {
    arriving.end(false);
    try (WritableByteChannel _ = data;
        WritableByteChannel _ = index) {
      Files.deleteIfExists(dataFile());
      Files.deleteIfExists(indexFile());
    }
  }

  /**
   * A whole document.
   *
   * @param contentHash its SHA-256 in hexadecimal
   * @param text whether it is valid UTF-8
   * @param indexed whether it has an index: it is text, and not of ASCII alone
   * @param bytes its length
   * @param indexBytes length of the index
   * @param characters its length as text; in bytes when it is none
   */
  record Finished(String contentHash, boolean text, boolean indexed, long bytes, long indexBytes, long characters) {}
}
