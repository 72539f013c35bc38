package dev.rlm.egress;

import java.util.Arrays;

/**
 * Unreleased bytes of all channels in the order in which they arrived, with the channel of each
 * piece.
 */
final class ArrivalLog {

  private static final int LINE_ROUNDS = 16;

  private byte[] bytes = new byte[256];
  private int size;
  private int[] pieceEnds = new int[4];
  private Channel[] pieceChannels = new Channel[4];
  private int pieces;

  int size() {
    return size;
  }

  byte[] bytes() {
    return bytes;
  }

  int pieces() {
    return pieces;
  }

  int pieceStart(int piece) {
    return piece == 0 ? 0 : pieceEnds[piece - 1];
  }

  int pieceEnd(int piece) {
    return pieceEnds[piece];
  }

  Channel pieceChannel(int piece) {
    return pieceChannels[piece];
  }

  void append(Channel channel, byte[] source, int offset, int length) {
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + length, bytes.length * 2));
    }
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    if (pieces > 0 && pieceChannels[pieces - 1] == channel) {
      pieceEnds[pieces - 1] = size;
      return;
    }
    if (pieces == pieceEnds.length) {
      pieceEnds = Arrays.copyOf(pieceEnds, pieces * 2);
      pieceChannels = Arrays.copyOf(pieceChannels, pieces * 2);
    }
    pieceEnds[pieces] = size;
    pieceChannels[pieces] = channel;
    pieces++;
  }

  /** The piece that holds a place. */
  int pieceAt(int place) {
    int low = 0;
    int high = pieces - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (place < pieceEnds[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Bytes of one channel among the first {@code upTo}. */
  int count(Channel channel, int upTo) {
    int sum = 0;
    for (int piece = 0; piece < pieces && pieceStart(piece) < upTo; piece++) {
      if (pieceChannels[piece] == channel) {
        sum += Math.min(upTo, pieceEnds[piece]) - pieceStart(piece);
      }
    }
    return sum;
  }

  /**
   * A place before which every channel ends with a whole line, as far on as can be told in a few rounds; 0 when there is none.
   * Takes time in proportion to the pieces, however the channels are interleaved.
   */
  int lastLineEnd() {
    int place = size;
    for (int round = 0; round < LINE_ROUNDS; round++) {
      int before = place;
      for (Channel channel : Channel.values()) {
        place = Math.min(place, lineStart(channel, place));
      }
      if (place == before) {
        return place;
      }
    }
    return 0;
  }

  /** Where the line of a channel that is unfinished at {@code place} starts; {@code place} itself when there is none. */
  private int lineStart(Channel channel, int place) {
    int start = place;
    for (int piece = pieces - 1; piece >= 0; piece--) {
      if (pieceChannels[piece] != channel) {
        continue;
      }
      for (int at = Math.min(place, pieceEnds[piece]) - 1; at >= pieceStart(piece); at--) {
        if (bytes[at] == '\n') {
          return start;
        }
        start = at;
      }
    }
    return start;
  }

  /** Forgets the first bytes. */
  void drop(int upTo) {
    System.arraycopy(bytes, upTo, bytes, 0, size - upTo);
    size -= upTo;
    int kept = 0;
    for (int piece = 0; piece < pieces; piece++) {
      if (pieceEnds[piece] > upTo) {
        pieceEnds[kept] = pieceEnds[piece] - upTo;
        pieceChannels[kept] = pieceChannels[piece];
        kept++;
      }
    }
    pieces = kept;
  }
}
