package dev.rlm.egress;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a session remembers. Thread-safe: every method holds the lock for a moment only. */
final class SessionState {

  private final EgressPolicy policy;
  private final SecretKeySpec key;
  private final Map<Channel, Tail> tails = new EnumMap<>(Channel.class);
  private final Map<Channel, Long> echoReleased = new EnumMap<>(Channel.class);
  private Tail arrivals = Tail.EMPTY;
  private long echoSpent;
  private long opaqueSpent;
  private long outputSpent;

  SessionState(EgressPolicy policy, byte[] key) {
    this.policy = policy;
    this.key = new SecretKeySpec(key, "HmacSHA256");
  }

  synchronized Tail tail(Channel channel) {
    return tails.getOrDefault(channel, Tail.EMPTY);
  }

  synchronized Tail arrivals() {
    return arrivals;
  }

  synchronized void remember(Map<Channel, Tail> ends, Tail allArrivals) {
    tails.putAll(ends);
    arrivals = allArrivals;
  }

  /** Draws on the session's echo budget; gives how many of the bytes it covers. */
  synchronized int takeEcho(int bytes) {
    long left = policy.echo().perSessionBytes() - echoSpent;
    int granted = (int) Math.max(0, Math.min(bytes, left));
    echoSpent += granted;
    return granted;
  }

  /** How many bytes of copies the session may still release. */
  synchronized long echoLeft() {
    return policy.echo().perSessionBytes() - echoSpent;
  }

  /** Draws on the session's budget for opaque data: all or nothing. */
  synchronized boolean takeOpaque(int bytes) {
    if (opaqueSpent + bytes > policy.echo().opaqueBytes()) {
      return false;
    }
    opaqueSpent += bytes;
    return true;
  }

  /** Draws on the session's output; gives how many of the bytes may leave. */
  synchronized int takeOutput(int bytes) {
    int granted = (int) Math.max(0, Math.min(bytes, policy.sessionOutputBytes() - outputSpent));
    outputSpent += granted;
    return granted;
  }

  synchronized void countEcho(Channel channel, int bytes) {
    echoReleased.merge(channel, (long) bytes, Long::sum);
  }

  synchronized Map<Channel, Long> echoReleased() {
    EnumMap<Channel, Long> copy = new EnumMap<>(Channel.class);
    copy.putAll(echoReleased);
    return copy;
  }

  /**
   * Eight digits that are equal for equal values of this session and say nothing about them to
   * others.
   */
  String tag(byte[] text, int start, int end) {
    if (!policy.tags()) {
      return "";
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(text, start, end - start);
      return HexFormat.of().formatHex(mac.doFinal(), 0, 4);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }
}
