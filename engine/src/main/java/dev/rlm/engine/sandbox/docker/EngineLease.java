package dev.rlm.engine.sandbox.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Shows other engines on this machine that this one lives: an exclusive lock on a file, which the kernel lets go when the
 * process ends, however it ends.
 *
 * <p>Only engines that see the same lock folder can judge one another. The {@link #domain} says which those are: it changes
 * with the machine's boot and with the folder, so that two engines in containers of their own never take each other for dead.
 */
final class EngineLease implements AutoCloseable {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** The leases of this process: to open and close such a file again would let go of its lock. */
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final String engineId;
  private final String domain;
  private final FileChannel channel;

  private EngineLease(Path folder, String engineId, String domain, FileChannel channel) {
    this.folder = folder;
    this.engineId = engineId;
    this.domain = domain;
    this.channel = channel;
  }

  /** Takes a lease in {@code /run/lock}, or where that is missing or closed to us, in the folder for temporary files. */
  static EngineLease take() {
    Path locks = Path.of("/run/lock");
    return take(Files.isWritable(locks) ? locks : Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Takes a lease in a folder. */
  static EngineLease take(Path folder) {
    String engineId = UUID.randomUUID().toString();
    try {
      FileChannel channel =
          FileChannel.open(
              file(folder, engineId),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new IOException("the new lock file is locked already");
      }
      HELD.add(engineId);
      return new EngineLease(folder, engineId, domainOf(folder), channel);
    } catch (IOException e) {
      throw new UncheckedIOException("no lock file can be made in " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Returns this engine's id, new at each start. */
  String engineId() {
    return engineId;
  }

  /** Returns what engines that can judge one another have in common. */
  String domain() {
    return domain;
  }

  /** Returns whether an engine of the same domain has ended. Where that cannot be told, it has not. */
  boolean ended(String otherId) {
    if (HELD.contains(otherId)) {
      return false;
    }
    UUID parsed;
    try {
      parsed = UUID.fromString(otherId);
    } catch (IllegalArgumentException e) {
      return false; // Not an id of ours: no file is opened by that name.
    }
    Path file = file(folder, parsed.toString());
    try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      FileLock lock = other.tryLock();
      if (lock == null) {
        return false;
      }
      Files.deleteIfExists(file);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException | java.nio.channels.OverlappingFileLockException e) {
      return false;
    }
  }

  private static Path file(Path folder, String engineId) {
    return folder.resolve("rlm-" + engineId + ".lock");
  }

  private static String domainOf(Path folder) throws IOException {
    String boot = Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "unknown";
    Object key = Files.readAttributes(folder, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest((boot + " " + key).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file(folder, engineId));
      channel.close();
      HELD.remove(engineId);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
