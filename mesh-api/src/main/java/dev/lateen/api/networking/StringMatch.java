package dev.lateen.api.networking;

import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.TextRules;

/** How a text is compared. */
public sealed interface StringMatch {
    /** The text is exactly this. */
    record Exact(String exact) implements StringMatch {}

    /** The text begins so; a plain string prefix, not one of path segments. */
    record Prefix(String prefix) implements StringMatch {}

    /** The whole text matches this RE2 expression. */
    record Regex(@Obeys(TextRules.Re2.class) String regex) implements StringMatch {}

    /** Nothing was said: any text will do, if there is one at all. */
    record Present() implements StringMatch {}
}
