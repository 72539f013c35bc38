package dev.rlm.benchmark;

import java.util.List;

/** One thing that is measured. */
interface Row {

  /** Returns what it is asked for by. */
  String name();

  /** Measures it. Leaves nothing behind. */
  List<Figure> measure(Scale scale) throws Exception;
}
