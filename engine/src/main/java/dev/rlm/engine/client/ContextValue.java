package dev.rlm.engine.client;

/** What the variable {@code context} is to be. */
public sealed interface ContextValue {

  /**
   * Text that travels with the code.
   *
   * @param text what {@code context} will be
   */
  record Inline(String text) implements ContextValue {}

  /**
   * A value that travels with the code.
   *
   * @param text JSON
   */
  record Json(String text) implements ContextValue {}

  /**
   * A document that the engine has stored.
   *
   * @param id its name, as {@link EngineClient#storeContext} returned it
   */
  record Stored(String id) implements ContextValue {}
}
