package dev.rlm.engine.sandbox.docker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one sandbox may read of this machine: a folder, mounted read-only from before its start, into which files are hard-linked
 * while it runs. The guest sees a new file at once, under runc and gVisor. Safe for use by many threads.
 */
final class GuestFiles {

  /** Where the guest sees the folder. */
  static final String GUEST_FOLDER = "/context";

  private static final Logger log = LoggerFactory.getLogger(GuestFiles.class);

  private final Path folder;

  private GuestFiles(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder, which everybody may read who gets as far: the one above it is closed to other users. */
  static GuestFiles make(Path parent, String name) throws IOException {
    Path folder = Files.createDirectory(parent.resolve(name));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new GuestFiles(folder);
  }

  /** Returns the folder, to be mounted. */
  Path folder() {
    return folder;
  }

  /**
   * Adds a file, without copying it. One of the same name is taken for the same file: names are made from contents.
   *
   * @return its path as the guest sees it
   */
  String place(Path file) throws IOException {
    Path name = file.getFileName();
    try {
      Files.createLink(folder.resolve(name), file);
    } catch (FileAlreadyExistsException e) {
      log.trace("{} is there already", name);
    }
    return GUEST_FOLDER + "/" + name;
  }

  /** Removes the folder; to be called when the sandbox is gone. */
  void remove() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (NoSuchFileException e) {
      log.trace("{} is gone already", folder);
    } catch (IOException e) {
      log.warn("the folder {} is not removed before the engine ends: {}", folder, e.getMessage());
    }
  }
}
