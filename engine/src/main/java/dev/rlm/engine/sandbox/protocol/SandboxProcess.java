package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The thing that holds a guest agent: a container, or a child process. What an adapter brings to {@link AgentSandbox}. */
public interface SandboxProcess {

  /** Returns what the agent writes. Read by one thread; ends when the process has ended. */
  InputStream output();

  /**
   * Hands bytes to the agent, in the order of the calls. Returns at once, whether or not the agent reads.
   *
   * @throws IOException when the agent can no longer be reached
   */
  void send(byte[] bytes) throws IOException;

  /**
   * Lets the guest read a file where it lies, without copying it.
   *
   * @return the file's path as the guest sees it; empty when the guest cannot see files of this machine
   * @throws IOException when it could not be put there
   */
  Optional<String> place(Path file) throws IOException;

  /** Returns what the process has used so far; figures that the host cannot read are empty. */
  Consumption consumption();

  /**
   * Has {@code action} called, at most once, when the memory limit was reached and the process may or may not have ended of
   * it. Called before code is run, once.
   */
  void onOutOfMemory(Runnable action);

  /** Returns whether the process can be talked to now. While it cannot, nothing is known of what goes on in it. */
  default boolean reachable() {
    return true;
  }

  /** Ends the process at once, without waiting for it. */
  void kill();

  /**
   * Waits for the process to end.
   *
   * @return what is known of its end; empty when it had not ended by the deadline
   */
  Optional<ExitEvidence> awaitExit(Deadline deadline) throws InterruptedException;

  /** Destroys the process and what belongs to it, in the background. May be called more than once. */
  void close();

  /**
   * What a process has used.
   *
   * @param cpu processor time since its start
   * @param memoryPeak largest memory use since its start, in bytes
   */
  record Consumption(Optional<Duration> cpu, OptionalLong memoryPeak) {

    /** Nothing is known. */
    public static final Consumption UNKNOWN = new Consumption(Optional.empty(), OptionalLong.empty());
  }

  /**
   * What is known of a process's end.
   *
   * @param status its exit status, 128 + n after signal n
   * @param oomKilled whether the memory limit killed something in it, by the word of the kernel or the daemon
   * @param fromOutside whether somebody else than this engine, the guest and the memory limit had it killed
   * @param memoryPeak largest memory use seen, in bytes
   * @param diagnostics the end of what it wrote to its real standard error: attacker text, for the log alone
   */
  record ExitEvidence(int status, boolean oomKilled, boolean fromOutside, OptionalLong memoryPeak, String diagnostics) {

    /** An end of the guest's own, or by the memory limit. */
    public ExitEvidence(int status, boolean oomKilled, OptionalLong memoryPeak, String diagnostics) {
      this(status, oomKilled, false, memoryPeak, diagnostics);
    }

    /** Statuses seen after the memory limit killed a sandbox, under runc and versions of gVisor. */
    private static final Set<Integer> AFTER_OUT_OF_MEMORY = Set.of(1, 2, 128, 137);

    /** Returns whether a process that ran out of memory may end with the given status. */
    public static boolean mayFollowOutOfMemory(int status) {
      return AFTER_OUT_OF_MEMORY.contains(status);
    }
  }
}
