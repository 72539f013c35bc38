package dev.rlm.egress;

import org.jspecify.annotations.Nullable;

/** A text to be examined as a whole: what went before, then new bytes of one channel or of all. */
final class View {

  private final byte[] text;
  private final int length;
  private final int from;
  private final int @Nullable [] places;

  private View(byte[] text, int length, int from, int @Nullable [] places) {
    this.text = text;
    this.length = length;
    this.from = from;
    this.places = places;
  }

  /** The text; may be longer than {@link #length()}. */
  byte[] text() {
    return text;
  }

  int length() {
    return length;
  }

  /** Where the new bytes begin. */
  int from() {
    return from;
  }

  /** Whether its new bytes are all those of the arrival log, in their order. */
  boolean isWhole() {
    return places == null;
  }

  /** The place in the arrival log of a byte of the text that is new. */
  int place(int index) {
    return places == null ? index - from : places[index - from];
  }

  /** One channel's bytes. */
  static View ofChannel(ArrivalLog log, Channel channel, Tail tail) {
    int count = log.count(channel, log.size());
    byte[] text = new byte[tail.bytes().length + count];
    System.arraycopy(tail.bytes(), 0, text, 0, tail.bytes().length);
    int at = tail.bytes().length;
    int[] places = count == log.size() ? null : new int[count];
    for (int piece = 0; piece < log.pieces(); piece++) {
      if (log.pieceChannel(piece) == channel) {
        int start = log.pieceStart(piece);
        int length = log.pieceEnd(piece) - start;
        System.arraycopy(log.bytes(), start, text, at, length);
        if (places != null) {
          for (int i = 0; i < length; i++) {
            places[at - tail.bytes().length + i] = start + i;
          }
        }
        at += length;
      }
    }
    return new View(text, at, tail.bytes().length, places);
  }

  /** The bytes of all channels as they arrived. */
  static View ofAll(ArrivalLog log, Tail tail) {
    byte[] text = new byte[tail.bytes().length + log.size()];
    System.arraycopy(tail.bytes(), 0, text, 0, tail.bytes().length);
    System.arraycopy(log.bytes(), 0, text, tail.bytes().length, log.size());
    return new View(text, text.length, tail.bytes().length, null);
  }
}
