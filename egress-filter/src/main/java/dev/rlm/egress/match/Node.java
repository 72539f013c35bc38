package dev.rlm.egress.match;

import java.util.BitSet;
import java.util.List;

/** A parsed shape. */
sealed interface Node {

  /** One byte out of a set. */
  record OneOf(BitSet bytes) implements Node {}

  /** Parts in a row; an empty row matches the empty string. */
  record Sequence(List<Node> parts) implements Node {}

  /** One of several shapes. */
  record Choice(List<Node> options) implements Node {}

  /** A part repeated; a maximum of -1 means without bound. */
  record Repeat(Node part, int minimum, int maximum) implements Node {}
}
