package dev.rlm.egress.echo;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.Span;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Blocks of a context document, to be found again at any offset of another text. Immutable after construction. */
public final class EchoIndex {

  static final int BLOCK = 16;
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final String RULE = "context-echo";

  private final byte[] context;
  private final int[] slots;
  private final int mask;

  /** Indexes a document, which must not change any more. */
  public EchoIndex(byte[] context) {
    this.context = context;
    int size = Integer.highestOneBit(Math.max(16, context.length / BLOCK * 4));
    slots = new int[size];
    mask = size - 1;
    byte[] symbols = new byte[context.length + BLOCK];
    int[] places = new int[context.length + BLOCK];
    int n = Canonical.symbols(context, context.length, symbols, places);
    for (int i = 0; i + BLOCK <= n; i += BLOCK) {
      int slot = slot(symbols, i);
      int probes = 0;
      while (slots[slot] != 0 && probes++ < 64) {
        slot = (slot + 1) & mask;
      }
      if (slots[slot] == 0) {
        slots[slot] = places[i] + 1;
      }
    }
  }

  private int slot(byte[] symbols, int at) {
    long low = (long) LONG.get(symbols, at);
    long high = (long) LONG.get(symbols, at + 8);
    return (int) ((low * 0x9E3779B97F4A7C15L ^ Long.rotateLeft(high * 0xC2B2AE3D27D4EB4FL, 31)) >>> 29) & mask;
  }

  /** Adds a span for every run of at least {@code minimumRun} symbols. */
  public void scan(byte[] text, int to, int minimumRun, List<Span> out) {
    byte[] symbols = new byte[to + BLOCK];
    int[] places = new int[to + BLOCK];
    int n = Canonical.symbols(text, to, symbols, places);
    int i = 0;
    while (i + BLOCK <= n) {
      int end = extend(symbols, n, i);
      if (end >= 0) {
        int start = start(symbols, i);
        if (end - start >= minimumRun) {
          out.add(new Span(places[start], places[end - 1] + 1, RULE, Confidence.HIGH, Span.Kind.ECHO, List.of()));
        }
        i = end;
      } else {
        i++;
      }
    }
    Arrays.fill(symbols, (byte) 0);
  }

  private int extend(byte[] symbols, int n, int at) {
    int slot = slot(symbols, at);
    while (slots[slot] != 0) {
      int place = slots[slot] - 1;
      int i = at;
      while (i < n && place < context.length) {
        byte symbol = Canonical.symbol(context[place]);
        if (symbol != 0) {
          if (symbol != symbols[i]) {
            break;
          }
          i++;
        }
        place++;
      }
      if (i - at >= BLOCK) {
        return i;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  private int start(byte[] symbols, int at) {
    int slot = slot(symbols, at);
    int i = at;
    int place = slots[slot] - 2;
    while (i > 0 && place >= 0) {
      byte symbol = Canonical.symbol(context[place]);
      if (symbol != 0) {
        if (symbol != symbols[i - 1]) {
          break;
        }
        i--;
      }
      place--;
    }
    return i;
  }
}
