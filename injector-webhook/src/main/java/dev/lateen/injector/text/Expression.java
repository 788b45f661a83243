package dev.lateen.injector.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands between braces and has a value. */
sealed interface Expression {
    /** A text, number, boolean or nothing. */
    record Literal(@Nullable Object value) implements Expression {}

    /** Where the template is: {@code .}. */
    record Dot() implements Expression {}

    /** A variable: its name without {@code $}, empty for the whole data. */
    record Variable(String name) implements Expression {}

    /** Fields of something, one after the other: {@code .A.B}. */
    record Fields(Expression of, List<String> names) implements Expression {}

    /** A function with what it is given. */
    record Call(String function, List<Expression> arguments) implements Expression {}

    /** One after the other, each given the one before as its last argument. */
    record Pipeline(List<Expression> commands) implements Expression {}
}
