package dev.rlm.engine.app;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Writes text as JSON. */
final class JsonText {

  private JsonText() {}

  static String of(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }
}
