package dev.rlm.engine.sandbox.docker;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's own notices that a container's memory ran out. The daemon passes them on, but not the last ones: it takes a
 * notice back when the container's control group is gone by the time it looks, which on a busy machine was so for one container
 * in ten. Here they are counted by a descriptor of the engine's, which outlives the group.
 *
 * <p>Control groups of version 1 only, and only where the engine may write to them; elsewhere the daemon's word stays all there
 * is. Thread-safe.
 */
final class OomNotices implements AutoCloseable {

  /** Hears nothing. */
  static final OomNotices NONE = new OomNotices(Path.of(""), -1);

  private static final Logger log = LoggerFactory.getLogger(OomNotices.class);

  /** Flags of eventfd(2): not to wait for a notice, and not to be handed on to processes that are started. */
  private static final int NON_BLOCKING_CLOSE_ON_EXEC = 0x800 | 0x80000;

  private static final int READ_ONLY_CLOSE_ON_EXEC = 0x80000;

  /** The calls that it takes; empty where the system has none of the kind. */
  private static final Optional<Calls> CALLS = Calls.find();

  private record Calls(MethodHandle eventfd, MethodHandle open, MethodHandle read, MethodHandle close) {

    static Optional<Calls> find() {
      try {
        FunctionDescriptor twoInts = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        return Optional.of(
            new Calls(
                call("eventfd", twoInts),
                call("open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT)),
                call(
                    "read",
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)),
                call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))));
      } catch (IllegalCallerException | UnsupportedOperationException | NoSuchElementException e) {
        log.debug("the kernel's notices of memory that ran out are not heard: {}", e.getMessage());
        return Optional.empty();
      }
    }

    @SuppressWarnings("restricted") // Four plain calls, whose types are those of the manual.
    private static MethodHandle call(String name, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }
  }

  private final Path group;
  private final int counter;
  private long heard;
  private boolean closed;

  private OomNotices(Path group, int counter) {
    this.group = group;
    this.counter = counter;
    closed = counter < 0;
  }

  /**
   * Begins to count.
   *
   * @param group the folder of a container's control group for memory
   * @return {@link #NONE} where that cannot be
   */
  static OomNotices of(Path group) {
    Path control = group.resolve("cgroup.event_control");
    if (CALLS.isEmpty() || !Files.isWritable(control)) {
      return NONE;
    }
    try (Arena arena = Arena.ofConfined()) {
      Calls calls = CALLS.get();
      int counter = (int) calls.eventfd.invokeExact(0, NON_BLOCKING_CLOSE_ON_EXEC);
      MemorySegment path = arena.allocateFrom(group.resolve("memory.oom_control").toString());
      int subject = (int) calls.open.invokeExact(path, READ_ONLY_CLOSE_ON_EXEC);
      OomNotices notices = new OomNotices(group, counter);
      try {
        Files.writeString(control, counter + " " + subject);
        return notices;
      } catch (IOException e) {
        log.debug("the notices of {} are not heard: {}", group, e.getMessage()); // It has ended, or one of the calls failed.
        notices.close();
        return NONE;
      } finally {
        close(subject);
      }
    } catch (Throwable e) {
      throw new AssertionError(e); // None of the calls throws.
    }
  }

  /**
   * Whether memory ran out. The kernel counts one more when it takes the group away: then one notice alone says nothing, and
   * another may still come.
   */
  synchronized boolean ranOut() {
    heard += read();
    return heard > 1 || (heard == 1 && Files.exists(group));
  }

  private long read() {
    if (closed) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_LONG);
      long bytes = (long) CALLS.orElseThrow().read.invokeExact(counter, number, ValueLayout.JAVA_LONG.byteSize());
      return bytes == ValueLayout.JAVA_LONG.byteSize() ? number.get(ValueLayout.JAVA_LONG, 0) : 0;
    } catch (Throwable e) {
      throw new AssertionError(e); // The call does not throw.
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      close(counter);
    }
  }

  private static void close(int descriptor) {
    try {
      int _ = (int) CALLS.orElseThrow().close.invokeExact(descriptor);
    } catch (Throwable e) {
      throw new AssertionError(e); // The call does not throw.
    }
  }
}
