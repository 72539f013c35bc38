package dev.rlm.engine.context;

import dev.rlm.engine.sandbox.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One engine's folder for what it keeps on disk, gone when the engine is. Several engines may share the folder above it.
 *
 * <p>An engine holds a lock on a file while it lives, and the kernel lets go of it however the engine dies. Whoever opens a data
 * folder first removes what dead engines left there. So that no engine is taken for dead between making its file and locking it,
 * both happen under one more lock, on the folder above.
 */
public final class DataFolder implements AutoCloseable {

  /** The folder that the configuration names cannot be used. */
  public static final class UnusableException extends EngineException {

    private static final long serialVersionUID = 1L;

    UnusableException(Path root, IOException cause) {
      super(
          "the data folder %s cannot be used (%s): set RLM_DATA_DIR to one that this user may write to"
              .formatted(root, cause),
          cause);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

  private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rwx------");
  private static final Pattern ENGINE = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final String LOCK = ".lock";

  /** A process cannot wait for a file lock that it holds itself. */
  private static final Object IN_THIS_PROCESS = new Object();

  private final Path folder;
  private final Path lockFile;
  private final FileChannel lock;

  private DataFolder(Path folder, Path lockFile, FileChannel lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Makes a folder for this engine, and removes those of dead ones.
   *
   * @param root the folder above, made when it is not there, for its owner alone
   * @throws UnusableException when that cannot be done
   */
  public static DataFolder take(Path root) {
    try {
      return takeOrFail(root);
    } catch (IOException e) {
      throw new UnusableException(root, e);
    }
  }

  private static DataFolder takeOrFail(Path root) throws IOException {
    synchronized (IN_THIS_PROCESS) {
      Files.createDirectories(root, PosixFilePermissions.asFileAttribute(OWNER_ALONE));
      try (FileChannel guard =
              FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
          FileLock _ = guard.lock()) {
        removeDead(root);
        return make(root);
      }
    }
  }

  private static DataFolder make(Path root) throws IOException {
    String engine = UUID.randomUUID().toString();
    Path lockFile = root.resolve(engine + LOCK);
    FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    boolean made = false;
    try {
      if (lock.tryLock() == null) {
        throw new IOException("the new file " + lockFile + " is locked already");
      }
      DataFolder folder = new DataFolder(root.resolve(engine), lockFile, lock);
      for (Path part : List.of(folder.folder, folder.uploads(), folder.content(), folder.mounts())) {
        Files.createDirectory(part, PosixFilePermissions.asFileAttribute(OWNER_ALONE));
      }
      made = true;
      return folder;
    } finally {
      if (!made) {
        lock.close();
      }
    }
  }

  private static void removeDead(Path root) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (var listed = Files.newDirectoryStream(root)) {
      listed.forEach(entries::add);
    }
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      boolean lockFile = name.endsWith(LOCK);
      String engine = lockFile ? name.substring(0, name.length() - LOCK.length()) : name;
      if (ENGINE.matcher(engine).matches() && isDead(root.resolve(engine + LOCK))) {
        log.info("removing what the engine {} left in {}", engine, root);
        removeTree(root.resolve(engine));
        Files.deleteIfExists(root.resolve(engine + LOCK));
      }
    }
  }

  private static boolean isDead(Path lockFile) throws IOException {
    try (FileChannel other = FileChannel.open(lockFile, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = other.tryLock()) {
      return lock != null;
    } catch (NoSuchFileException e) {
      return true; // The lock file is made first and removed last.
    } catch (OverlappingFileLockException e) {
      return false; // An engine in this process.
    }
  }

  /** Removes a folder and all in it; what is not there is no failure. Symbolic links are removed, not followed. */
  static void removeTree(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // Somebody was faster.
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Returns where bodies are written until they are whole. */
  Path uploads() {
    return folder.resolve("uploads");
  }

  /** Returns where whole documents lie, by content. */
  Path content() {
    return folder.resolve("content");
  }

  /** Returns where sandboxes find files of theirs: one folder for each, on the same file system as the documents. */
  public Path mounts() {
    return folder.resolve("mounts");
  }

  /** Removes the folder. */
  @Override
  public void close() {
    try {
      removeTree(folder);
      Files.deleteIfExists(lockFile);
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the folder %s was not removed: the next engine will".formatted(folder), e);
    }
  }
}
