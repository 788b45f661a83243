package dev.lateen.injector.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands between braces and has a value. */
sealed interface TemplateExpression {
    /** A text, number, boolean or nothing. */
    record Literal(@Nullable Object value) implements TemplateExpression {}

    /** Where the template is: {@code .}. */
    record Dot() implements TemplateExpression {}

    /** A variable: its name without {@code $}, empty for the whole data. */
    record Variable(String name) implements TemplateExpression {}

    /** Fields of something, one after the other: {@code .A.B}. */
    record Fields(TemplateExpression of, List<String> names) implements TemplateExpression {}

    /** A function with what it is given. */
    record Call(String function, List<TemplateExpression> arguments) implements TemplateExpression {}

    /** One after the other, each given the one before as its last argument. */
    record Pipeline(List<TemplateExpression> commands) implements TemplateExpression {}
}
